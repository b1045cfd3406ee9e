package chat

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"senet/internal/account"
)

// orders is the table that the hub and the browser are both held against.
type orders struct {
	Speakers []struct {
		Name   string
		Hands  [][3]any // id, side, state
		Called map[account.Region]int64
		Want   []int64
	}
	Questions []struct {
		Name      string
		Questions [][4]any // id, state, votes, when it came to that state
		Want      []int64
	}
}

func loadOrders(t *testing.T) (o orders, raw []byte) {
	t.Helper()
	raw, err := os.ReadFile("testdata/order.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		t.Fatal(err)
	}
	return o, raw
}

func TestQueue(t *testing.T) {
	t.Parallel()
	o, _ := loadOrders(t)
	for _, c := range o.Speakers {
		var hands []Hand
		for _, h := range c.Hands {
			hands = append(hands, Hand{ID: HandID(h[0].(float64)), Side: account.Region(h[1].(string)), State: HandState(h[2].(string))})
		}
		last := map[account.Region]time.Time{}
		for side, ms := range c.Called {
			last[side] = time.UnixMilli(ms)
		}
		var got []int64
		for _, h := range Queue(hands, last) {
			got = append(got, int64(h.ID))
		}
		if !slices.Equal(got, c.Want) {
			t.Errorf("%s: %v, want %v", c.Name, got, c.Want)
		}
	}
}

// TestQuestions_order has Postgres put the table's questions into order.
func TestQuestions_orderOfTheTable(t *testing.T) {
	t.Parallel()
	h := newEventHouse(t)
	o, _ := loadOrders(t)
	for _, c := range o.Questions {
		_, err := h.pool.Exec(t.Context(), `delete from questions`)
		h.must(err)
		_, err = h.pool.Exec(t.Context(), `insert into questions (id, room_id, author_id, client_id, body, html, lang)
			overriding system value values (999, $1, $2, gen_random_uuid(), 'hidden', '', 'en')`, h.room, h.li.ID)
		h.must(err)
		for _, q := range c.Questions {
			_, err := h.pool.Exec(t.Context(), `
				insert into questions (id, room_id, author_id, client_id, body, html, lang, state, votes, state_at, into_id)
				overriding system value values ($1, $2, $3, gen_random_uuid(), 'q', '<p>q</p>', 'en', $4::text, $5,
					to_timestamp(nullif($6::float8, 0) / 1000), case when $4::text = 'merged' then 999 end)`,
				int64(q[0].(float64)), h.room, h.li.ID, q[1], int(q[2].(float64)), q[3])
			h.must(err)
		}
		_, err = h.pool.Exec(t.Context(), `update questions set hidden_at = now() where id = 999`)
		h.must(err)
		qs, err := h.service.Questions(t.Context(), h.anna, h.room)
		h.must(err)
		var got []int64
		for _, q := range qs {
			got = append(got, int64(q.ID))
		}
		if !slices.Equal(got, c.Want) {
			t.Errorf("%s: %v, want %v", c.Name, got, c.Want)
		}
	}
}

// sorter is a program for node: the orders that web/static/js/room-order.js makes of the table. The module is imported as data
// because its name would make it something else than a module outside a browser.
const sorter = `
const { source, table } = JSON.parse(require("fs").readFileSync(0, "utf8"));
import("data:text/javascript;charset=utf-8," + encodeURIComponent(source)).then(({ speakers, ranked }) => {
	process.stdout.write(JSON.stringify({
		speakers: table.speakers.map(({ hands, called }) => speakers(hands.map(([id, side, state]) => ({ id, side, state })), called).map((h) => h.id)),
		questions: table.questions.map(({ questions }) => ranked(questions.map(([id, state, votes, moved]) => ({ id, state, votes, moved }))).map((q) => q.id)),
	}));
});`

// What a member sees in an open window is what he sees after a reload.
func TestOrder_script(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no node on PATH")
		}
		t.Skip("no node on PATH: web/static/js/room-order.js cannot be run")
	}
	source, err := os.ReadFile("../../web/static/js/room-order.js")
	if err != nil {
		t.Fatal(err)
	}
	o, raw := loadOrders(t)
	input, err := json.Marshal(map[string]any{"source": string(source), "table": json.RawMessage(raw)})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", sorter)
	cmd.Stdin = bytes.NewReader(input)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, complaints.String())
	}
	var got struct{ Speakers, Questions [][]int64 }
	if err := json.Unmarshal(output, &got); err != nil || len(got.Speakers) != len(o.Speakers) || len(got.Questions) != len(o.Questions) {
		t.Fatalf("node answered %s: %v", output, err)
	}
	for i, c := range o.Speakers {
		if !slices.Equal(got.Speakers[i], c.Want) {
			t.Errorf("speakers, %s: %v, want %v", c.Name, got.Speakers[i], c.Want)
		}
	}
	for i, c := range o.Questions {
		if !slices.Equal(got.Questions[i], c.Want) {
			t.Errorf("questions, %s: %v, want %v", c.Name, got.Questions[i], c.Want)
		}
	}
}
