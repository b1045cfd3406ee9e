package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// program is the built command; the tests use it as an operator does.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "senet-cmd-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "senet")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// senet runs a command to its end.
func senet(t *testing.T, stdin, lang string, args ...string) (out, errs string, code int) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL="+lang)
	cmd.Stdin = strings.NewReader(stdin)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// running is a hub that serves.
type running struct {
	cmd   *exec.Cmd
	url   string
	setup string // the one-time link, where there was one
	gone  chan struct{}
}

// start starts a hub and waits until it is ready.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	r := &running{cmd: exec.Command(path, append(args, "--listen", "127.0.0.1:0")...), gone: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), "LC_ALL=C")
	var errs bytes.Buffer
	r.cmd.Stderr = &errs
	r.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the death signal belongs to the thread that starts the process
		started <- r.cmd.Start()
		<-r.gone
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, link, ok := strings.Cut(lines.Text(), "/setup/"); ok {
				r.setup = "/setup/" + link
			}
			if url, ok := strings.CutPrefix(lines.Text(), "ready: "); ok {
				r.url = strings.TrimSuffix(url, "/")
				ready <- true
			}
		}
		r.cmd.Wait()
		close(r.gone)
	}()
	t.Cleanup(func() {
		r.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-r.gone:
		case <-time.After(20 * time.Second):
			t.Errorf("the hub does not stop")
			r.cmd.Process.Kill()
		}
	})
	select {
	case <-ready:
	case <-r.gone:
		t.Fatalf("the hub ended before it was ready: %s", errs.String())
	case <-time.After(60 * time.Second):
		t.Fatal("the hub is not ready after a minute")
	}
	return r
}

func TestHelp_inBothLanguages(t *testing.T) {
	t.Parallel()
	en, _, code := senet(t, "", "en_GB.UTF-8", "--help")
	if code != 0 || !strings.Contains(en, "--data-dir") || !strings.Contains(en, "Run the hub.") {
		t.Errorf("exit %d: %s", code, en)
	}
	zh, _, _ := senet(t, "", "zh_CN.UTF-8", "--help")
	if !strings.Contains(zh, "运行平台。") || !strings.Contains(zh, "SENET_DATA_DIR") {
		t.Errorf("in Chinese: %s", zh)
	}
}

func TestWrongUse(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"no-such-command"}, {"--no-such-flag"}, {"--listen", "nonsense"}, {"admin"}, {"admin", "create"}, {"migrate", "surplus"}} {
		if _, errs, code := senet(t, "", "C", args...); code != 2 || errs == "" {
			t.Errorf("senet %v: exit %d, %q; want 2 and a word", args, code, errs)
		}
	}
}

func TestServe_addressTaken(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for lang, want := range map[string]string{"C": "choose another --listen", "zh_CN.UTF-8": "或另选 --listen"} {
		out, errs, code := senet(t, "", lang, "--listen", ln.Addr().String(), "--data-dir", t.TempDir())
		if code != 1 || out != "" || !strings.Contains(errs, want) || !strings.Contains(errs, ln.Addr().String()) {
			t.Errorf("%s: code %d, printed %q and %q; want 1 and %q", lang, code, out, errs, want)
		}
	}
}

func TestServe_emptyHub(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := start(t, "--data-dir", dir)
	if r.setup == "" {
		t.Fatal("no link to create the first administrator")
	}
	resp, err := http.Get(r.url + r.setup)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("the setup page answers %d", resp.StatusCode)
	}
	path, _ := program()
	again := exec.Command(path, "--data-dir", dir, "--listen", "127.0.0.1:0")
	out, err := again.CombinedOutput()
	if again.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "Another senet") {
		t.Errorf("a second hub on the same directory: exit %d, %v, %s", again.ProcessState.ExitCode(), err, out)
	}
	if _, errs, code := senet(t, "long enough secret\n", "C", "admin", "create", "--email", "a@example.org", "--name", "Ada", "--role", "admin", "--password-stdin", "--data-dir", dir); code != 0 {
		t.Fatalf("admin create beside a running hub: exit %d, %s", code, errs)
	}
	if _, errs, code := senet(t, "long enough secret\n", "zh_CN.UTF-8", "admin", "create", "--email", "a@example.org", "--name", "Ada", "--role", "admin", "--password-stdin", "--data-dir", dir); code != 1 || errs == "" {
		t.Errorf("the same e-mail again: exit %d, %q", code, errs)
	}
}

// chatter sends messages into a room over the API of a hub.
type chatter struct {
	token string
	room  int64
}

// say sends one message; 0 when no ack came.
func (c chatter) say(base string, id uuid.UUID) int64 {
	body, _ := json.Marshal(map[string]string{"id": id.String(), "body": "第 " + id.String() + " 条", "lang": "zh"})
	req, _ := http.NewRequest("POST", fmt.Sprintf("%s/api/v1/rooms/%d/messages", base, c.room), bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	var ack struct{ Seq int64 }
	if resp.StatusCode >= 300 || json.NewDecoder(resp.Body).Decode(&ack) != nil {
		return 0
	}
	return ack.Seq
}

// log reads the room's messages from after on: client id by seq, and the seqs in the order they came.
func (c chatter) log(t *testing.T, base string, after int64) (byID map[string][]int64, last int64) {
	t.Helper()
	byID = map[string][]int64{}
	for {
		resp, err := http.Get(fmt.Sprintf("%s/api/v1/rooms/%d/events?after=%d", base, c.room, after))
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Items []struct {
				Seq  int64
				Kind string
				Data struct {
					ClientID string `json:"client_id"`
				}
			}
			Seq   int64
			Reset bool
		}
		err = json.NewDecoder(resp.Body).Decode(&page)
		resp.Body.Close()
		if err != nil || page.Reset {
			t.Fatalf("events after %d: reset %v, %v", after, page.Reset, err)
		}
		for _, e := range page.Items {
			if e.Seq != after+1 {
				t.Fatalf("seq %d follows %d", e.Seq, after)
			}
			after = e.Seq
			byID[e.Data.ClientID] = append(byID[e.Data.ClientID], e.Seq)
		}
		if after >= page.Seq {
			return byID, after
		}
	}
}

func TestKill_losesNoAckedMessage(t *testing.T) {
	t.Parallel()
	const messages, senders, killAfter = 1000, 32, 400
	dir := t.TempDir()
	r := start(t, "--data-dir", dir, "--demo")
	if _, errs, code := senet(t, "long enough secret\n", "C", "admin", "create", "--email", "op@example.org", "--name", "Operator", "--role", "admin", "--password-stdin", "--data-dir", dir); code != 0 {
		t.Fatalf("admin create: exit %d, %s", code, errs)
	}
	token, errs, code := senet(t, "", "C", "admin", "token", "--email", "op@example.org", "--data-dir", dir)
	if code != 0 {
		t.Fatalf("admin token: exit %d, %s", code, errs)
	}
	c := chatter{token: strings.TrimSpace(token), room: roomOf(t, r.url)}
	_, before := c.log(t, r.url, 0)

	ids := make(chan uuid.UUID, messages)
	all := make([]uuid.UUID, messages)
	for i := range all {
		all[i] = uuid.New()
		ids <- all[i]
	}
	close(ids)
	var mu sync.Mutex
	acked := map[string]int64{}
	kill := make(chan struct{})
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for id := range ids {
				seq := c.say(r.url, id)
				if seq == 0 {
					return // the hub is gone
				}
				mu.Lock()
				acked[id.String()] = seq
				if len(acked) == killAfter {
					close(kill)
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-kill:
	case <-time.After(time.Minute):
		t.Fatalf("only %d acks in a minute", len(acked))
	}
	r.cmd.Process.Kill()
	wg.Wait()
	<-r.gone
	if len(acked) == messages {
		t.Fatal("everything was acked before the kill: the test proves nothing")
	}

	r = start(t, "--data-dir", dir)
	got, _ := c.log(t, r.url, before)
	for id, seq := range acked {
		if s := got[id]; len(s) != 1 || s[0] != seq {
			t.Errorf("message %s was acked as %d and is in the log as %v", id, seq, s)
		}
	}
	for _, id := range all { // whoever got no ack sends again, and so does one who did
		if c.say(r.url, id) == 0 {
			t.Fatalf("sending %s again: no ack", id)
		}
	}
	got, last := c.log(t, r.url, before)
	for _, id := range all {
		if s := got[id.String()]; len(s) != 1 {
			t.Errorf("message %s is in the log as %v, want once", id, s)
		}
	}
	if last-before != messages {
		t.Errorf("%d events, want %d", last-before, messages)
	}
}

func roomOf(t *testing.T, base string) int64 {
	t.Helper()
	resp, err := http.Get(base + "/api/v1/challenges")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct {
		Items []struct {
			RoomID int64 `json:"room_id"`
		}
	}
	body, _ := io.ReadAll(resp.Body)
	if err := json.Unmarshal(body, &list); err != nil || len(list.Items) == 0 {
		t.Fatalf("challenges: %v, %s", err, body)
	}
	return list.Items[len(list.Items)-1].RoomID
}
