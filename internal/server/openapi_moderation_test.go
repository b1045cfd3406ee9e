package server_test

import (
	"fmt"
	"testing"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/moderation"
	"senet/internal/pg/pgtest"
)

// TestOpenAPI_moderation drives the desk through the API: what waits is taken, decided, undone, and in the log.
func TestOpenAPI_moderation(t *testing.T) {
	site := apptest.New(t, pgtest.DB(t)) // undoing is a transaction of its own
	holds := holding(t, site, document(t, site))
	wang := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	eoin := site.Person("Eoin Gallagher", account.RoleMember, i18n.En)
	anna := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	second := site.Person("Piet Bakker", account.RoleModerator, i18n.En)
	thread := site.Thread(wang, "Buy pills here", 1)
	var posts struct{ Items []struct{ ID int64 } }
	site.API(anna, "GET", fmt.Sprintf("/threads/%d/posts", thread.ID), nil).Want(200).JSON(&posts)
	post := moderation.Subject{Kind: moderation.Post, ID: posts.Items[1].ID}
	report := map[string]any{"subject": post, "category": "spam", "text": "Advertising"}
	holds(apptest.Person{}, "POST", "/reports", "/reports", report, 401)
	holds(eoin, "POST", "/reports", "/reports", report, 201)
	holds(eoin, "POST", "/reports", "/reports", report, 409)
	holds(eoin, "POST", "/reports", "/reports", map[string]any{"subject": post, "category": "ugly"}, 422)

	holds(apptest.Person{}, "GET", "/rules", "/rules", nil, 200)
	holds(eoin, "GET", "/moderation/queue", "/moderation/queue", nil, 403)
	var queue struct {
		Items []struct{ ID int64 }
		Next  string
	}
	holds(anna, "GET", "/moderation/queue?kind=report&lang=", "/moderation/queue", nil, 200).JSON(&queue)
	if len(queue.Items) != 1 || queue.Next != "" {
		t.Fatalf("queue %+v", queue)
	}
	holds(anna, "GET", "/moderation/queue?after=9.x", "/moderation/queue", nil, 400)
	at := fmt.Sprintf("/moderation/cases/%d", queue.Items[0].ID)
	holds(anna, "GET", at, "/moderation/cases/{id}", nil, 200)
	holds(anna, "POST", at+"/claim", "/moderation/cases/{id}/claim", nil, 204)
	holds(second, "POST", at+"/claim", "/moderation/cases/{id}/claim", nil, 409)
	holds(anna, "POST", at+"/release", "/moderation/cases/{id}/release", nil, 204)

	verdict := map[string]any{"action": "hide", "subject": post, "reason": "Advertising", "rule": "spam"}
	holds(eoin, "POST", "/moderation/decisions", "/moderation/decisions", verdict, 403)
	holds(wang, "POST", "/moderation/decisions", "/moderation/decisions", verdict, 403)
	holds(anna, "POST", "/moderation/decisions", "/moderation/decisions", map[string]any{"action": "lock", "subject": post}, 404)
	holds(anna, "POST", "/moderation/decisions", "/moderation/decisions", map[string]any{"action": "hide", "subject": post}, 422)
	var row struct{ ID int64 }
	holds(anna, "POST", "/moderation/decisions", "/moderation/decisions", verdict, 201).JSON(&row)
	holds(second, "POST", "/moderation/decisions", "/moderation/decisions", verdict, 409)
	holds(anna, "GET", at, "/moderation/cases/{id}", nil, 200).JSON(&struct{}{})
	var log struct{ Items []struct{ ID int64 } }
	holds(second, "GET", "/moderation/log?action=hide", "/moderation/log", nil, 200).JSON(&log)
	if len(log.Items) != 1 || log.Items[0].ID != row.ID {
		t.Errorf("log %+v, want row %d", log, row.ID)
	}
	undo := fmt.Sprintf("/moderation/log/%d/undo", row.ID)
	holds(eoin, "POST", undo, "/moderation/log/{id}/undo", nil, 403)
	holds(second, "POST", undo, "/moderation/log/{id}/undo", nil, 201)
	holds(second, "POST", undo, "/moderation/log/{id}/undo", nil, 409)
}
