package app_test

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// TestServe_aHubOfBeforeFindsItsMembers starts a hub whose members joined before there were keys to find them by, and has
// one of them mentioned and the message hidden.
func TestServe_aHubOfBeforeFindsItsMembers(t *testing.T) {
	t.Parallel()
	site := apptest.New(t, pgtest.DB(t))
	li := site.Person("李云龙", account.RoleMember, i18n.Zh)
	anna := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- site.Hub.Serve(ctx, ln, func() { close(ready) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the hub ended with %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the hub ended with %v", err)
	}

	var found struct{ Items []struct{ Handle string } }
	for late := time.After(time.Minute); len(found.Items) == 0; {
		select {
		case <-late:
			t.Fatal("lyl finds nobody")
		case <-time.After(20 * time.Millisecond):
		}
		names, err := site.Hub.Accounts.Complete(t.Context(), anna.Viewer, "lyl", nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(names) > 0 {
			site.API(anna, "GET", "/members?q=lyl", nil).Want(http.StatusOK).JSON(&found)
		}
	}

	var challenges struct {
		Items []struct {
			RoomID int64 `json:"room_id"`
		}
	}
	site.API(anna, "GET", "/challenges", nil).Want(http.StatusOK).JSON(&challenges)
	room := "/rooms/" + strconv.FormatInt(challenges.Items[0].RoomID, 10)
	site.API(anna, "POST", room+"/messages", map[string]any{"id": uuid.New(), "body": "请@" + found.Items[0].Handle + "看一下"}).Want(http.StatusOK)
	words := "Anna Weber在聊天室“抗微生物药物耐药性”中提到了您"
	if got := site.Visit(li, "/zh/inbox").Want(http.StatusOK).Text("main"); !strings.Contains(got, words) {
		t.Errorf("his inbox reads %q, want %q in it", got, words)
	}
	var id int64
	if err := site.Store.QueryRow(t.Context(), `select id from messages`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	second := site.Person("Piet Bakker", account.RoleModerator, i18n.En) // nobody decides about their own message
	site.API(second, "POST", "/messages/"+strconv.FormatInt(id, 10)+"/hide", map[string]any{"reason": "Off topic"}).Want(http.StatusOK)
	if got := site.Visit(li, "/zh/inbox").Want(http.StatusOK).Text("main"); strings.Contains(got, words) {
		t.Errorf("after the message was hidden his inbox still reads %q", got)
	}
}
