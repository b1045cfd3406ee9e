package server_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// holding sends a request and holds the answer against the document: route is the path as that writes it.
func holding(t *testing.T, site *apptest.Site, doc map[string]any) func(who apptest.Person, method, path, route string, body any, want int) apptest.Answer {
	return func(who apptest.Person, method, path, route string, body any, want int) apptest.Answer {
		t.Helper()
		a := site.API(who, method, path, body)
		if a.Status != want {
			t.Fatalf("%s %s: status %d, want %d: %.300s", method, path, a.Status, want, a.Body)
		}
		schema, ok := answerSchema(doc, method, route, want)
		if !ok {
			t.Errorf("%s %s answers %d, which the document does not mention", method, route, want)
		}
		if schema != nil {
			var v any
			a.JSON(&v)
			for _, wrong := range match(doc, schema, v, "answer") {
				t.Errorf("%s %s (%d): %s", method, path, want, wrong)
			}
		}
		return a
	}
}

// TestOpenAPI_polls: what the API answers about polls has the shape that the document gives it, whatever their kind.
func TestOpenAPI_polls(t *testing.T) {
	site := apptest.New(t, pgtest.DB(t)) // the translation of a word is a transaction of its own
	doc := document(t, site)
	wang := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	anna := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	second := site.Person("Piet Bakker", account.RoleModerator, i18n.En) // nobody decides about their own poll
	holds := holding(t, site, doc)
	var rooms struct {
		Items []struct {
			RoomID int64 `json:"room_id"`
		}
	}
	site.API(anna, "GET", "/challenges", nil).Want(200).JSON(&rooms)
	list := fmt.Sprintf("/rooms/%d/polls", rooms.Items[0].RoomID)
	open := func(kind, results string) (id int64) {
		t.Helper()
		var p struct{ ID int64 }
		holds(anna, "POST", list, "/rooms/{id}/polls", map[string]any{"client_id": uuid.New(), "kind": kind, "body": "What do you share?",
			"options": []string{"Genomes", "10–20"}, "results": results}, 201).JSON(&p)
		return p.ID
	}
	single, hidden, cloud := open("single", "live"), open("scale", "closed"), open("cloud", "live")
	holds(wang, "POST", list, "/rooms/{id}/polls", map[string]any{"client_id": uuid.New(), "kind": "scale", "body": "Why?"}, 403)
	holds(anna, "POST", list, "/rooms/{id}/polls", map[string]any{"client_id": uuid.New(), "kind": "single", "body": "", "options": []string{}}, 422)
	holds(anna, "POST", list, "/rooms/{id}/polls", map[string]any{"kind": "scale", "body": "Why?"}, 400)

	var polls struct {
		Items []struct {
			ID      int64
			Options []struct{ ID int64 }
			Voters  int
			Own     []int64
			Mean    *float64
		}
	}
	look := func(who apptest.Person) {
		t.Helper()
		holds(who, "GET", list, "/rooms/{id}/polls", nil, 200).JSON(&polls)
	}
	look(wang)
	ballot := func(id int64) string { return fmt.Sprintf("/polls/%d/ballot", id) }
	holds(wang, "POST", ballot(single), "/polls/{id}/ballot", map[string]any{"options": []int64{polls.Items[2].Options[0].ID}}, 200)
	holds(wang, "POST", ballot(hidden), "/polls/{id}/ballot", map[string]any{"options": []int64{polls.Items[1].Options[4].ID}}, 200)
	holds(wang, "POST", ballot(single), "/polls/{id}/ballot", map[string]any{"options": []int64{1 << 40}}, 422)
	var words struct{ Options []int64 }
	holds(wang, "POST", ballot(cloud), "/polls/{id}/ballot", map[string]any{"words": []string{"隐私", "trust"}}, 200).JSON(&words)
	look(wang)
	if p := polls.Items; len(words.Options) != 2 || len(p[0].Own) != 2 || p[1].Voters != 1 || p[1].Mean != nil || len(p[2].Own) != 1 {
		t.Errorf("he sees %+v, and his words are %v", p, words.Options)
	}
	word := fmt.Sprintf("/poll-options/%d/translations/zh", words.Options[1])
	holds(wang, "PUT", word, "/poll-options/{id}/translations/{into}", map[string]any{"text": "信任"}, 200)
	holds(wang, "PUT", fmt.Sprintf("/polls/%d/translations/zh", single), "/polls/{id}/translations/{into}", map[string]any{"text": "您共享什么？"}, 200)
	look(apptest.Person{})
	holds(wang, "POST", fmt.Sprintf("/polls/%d/words/%d/remove", cloud, words.Options[0]), "/polls/{id}/words/{word}/remove", map[string]any{}, 403)
	holds(anna, "POST", fmt.Sprintf("/polls/%d/words/%d/remove", cloud, words.Options[0]), "/polls/{id}/words/{word}/remove", map[string]any{}, 204)
	holds(anna, "POST", fmt.Sprintf("/polls/%d/state", hidden), "/polls/{id}/state", map[string]any{"closed": true}, 204)
	holds(wang, "POST", ballot(hidden), "/polls/{id}/ballot", map[string]any{}, 409)
	look(wang)
	if p := polls.Items[2]; p.ID != hidden || p.Mean == nil || *p.Mean != 5 {
		t.Errorf("closed, the last poll is %+v", p)
	}
	holds(second, "POST", fmt.Sprintf("/polls/%d/hide", single), "/polls/{id}/hide", map[string]any{"reason": "Off topic"}, 200)
	holds(second, "POST", fmt.Sprintf("/polls/%d/hide", single), "/polls/{id}/hide", map[string]any{"reason": "Off topic"}, 409)
	holds(wang, "POST", ballot(single), "/polls/{id}/ballot", map[string]any{}, 404)
	holds(second, "POST", fmt.Sprintf("/polls/%d/unhide", single), "/polls/{id}/unhide", nil, 200)
	holds(wang, "POST", fmt.Sprintf("/polls/%d/unhide", single), "/polls/{id}/unhide", nil, 403)
}
