package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"senet/internal/account"
	"senet/internal/app/apptest"
	"senet/internal/i18n"
	"senet/internal/pg/pgtest"
)

// document is the API's description as a caller gets it.
func document(t *testing.T, site *apptest.Site) map[string]any {
	t.Helper()
	var doc map[string]any
	site.Send(apptest.Person{}, httptest.NewRequest("GET", "/api/v1/openapi.json", nil)).Want(200).JSON(&doc)
	return doc
}

// operation is one of the document, with where it stands.
type operation struct {
	method, path string
	body         map[string]any
}

func (o operation) String() string { return o.method + " " + o.path }

func operations(doc map[string]any) []operation {
	var out []operation
	for path, item := range doc["paths"].(map[string]any) {
		for method, body := range item.(map[string]any) {
			out = append(out, operation{strings.ToUpper(method), path, body.(map[string]any)})
		}
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.String(), b.String()) })
	return out
}

var parameter = regexp.MustCompile(`:(\w+)`)

// TestOpenAPI_routes: what is routed is described, and what is described is routed.
func TestOpenAPI_routes(t *testing.T) {
	site := apptest.New(t, pgtest.Tx(t))
	described := map[string]bool{}
	for _, o := range operations(document(t, site)) {
		described[o.String()] = true
	}
	routed := map[string]bool{}
	for _, r := range site.Hub.App().GetRoutes(true) {
		if path, ok := strings.CutPrefix(r.Path, "/api/v1"); ok && r.Method != fiber.MethodHead {
			routed[r.Method+" "+parameter.ReplaceAllString(path, "{$1}")] = true
		}
	}
	for route := range routed {
		if !described[route] {
			t.Errorf("openapi.json does not describe %s", route)
		}
	}
	for o := range described {
		if !routed[o] {
			t.Errorf("openapi.json describes %s, which is not routed", o)
		}
	}
	if len(routed) < 15 {
		t.Errorf("only %d routes found", len(routed))
	}
}

// TestOpenAPI_consistent: references lead somewhere, everything there is referred to, and every operation says what
// OpenAPI wants said.
func TestOpenAPI_consistent(t *testing.T) {
	doc := document(t, apptest.New(t, pgtest.Tx(t)))
	if v, _ := doc["openapi"].(string); !strings.HasPrefix(v, "3.1.") {
		t.Errorf("openapi is %q, want 3.1", v)
	}
	used := map[string]bool{}
	eachRef(doc, func(ref string) {
		used[ref] = true
		if _, ok := lookUp(doc, ref); !ok {
			t.Errorf("%s leads nowhere", ref)
		}
	})
	for kind, items := range doc["components"].(map[string]any) {
		for name := range items.(map[string]any) {
			if ref := "#/components/" + kind + "/" + name; kind != "securitySchemes" && !used[ref] {
				t.Errorf("%s is used nowhere", ref)
			}
		}
	}
	ids := map[string]bool{}
	for _, o := range operations(doc) {
		checkOperation(t, doc, o)
		id, _ := o.body["operationId"].(string)
		if id == "" || ids[id] {
			t.Errorf("%s: operationId %q is missing or used twice", o, id)
		}
		ids[id] = true
	}
	eachSchema(doc, func(at string, schema map[string]any) {
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range list(schema["required"]) {
			if _, ok := properties[name]; !ok {
				t.Errorf("%s requires %s, which is no property", at, name)
			}
		}
	})
}

func checkOperation(t *testing.T, doc map[string]any, o operation) {
	t.Helper()
	for _, key := range []string{"summary", "tags", "responses", "security"} {
		if o.body[key] == nil {
			t.Errorf("%s has no %s", o, key)
		}
	}
	inPath := map[string]bool{}
	for _, p := range o.body["parameters"].([]any) {
		p := resolve(doc, p.(map[string]any))
		if p["name"] == nil || p["schema"] == nil {
			t.Errorf("%s: a parameter without name or schema: %v", o, p)
		}
		if p["in"] == "path" {
			inPath[p["name"].(string)] = true
			if p["required"] != true {
				t.Errorf("%s: %v is in the path and not required", o, p["name"])
			}
		}
	}
	want := map[string]bool{}
	for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(o.path, -1) {
		want[m[1]] = true
	}
	if !maps.Equal(inPath, want) {
		t.Errorf("%s: its parameters in the path are %v", o, inPath)
	}
	good := false
	for status, r := range o.body["responses"].(map[string]any) {
		good = good || strings.HasPrefix(status, "2")
		if resolve(doc, r.(map[string]any))["description"] == nil {
			t.Errorf("%s: its answer %s has no description", o, status)
		}
	}
	if !good {
		t.Errorf("%s has no good answer", o)
	}
}

// TestOpenAPI_answers: what the API answers has the shape that the document gives it.
func TestOpenAPI_answers(t *testing.T) {
	site := apptest.New(t, pgtest.DB(t)) // a room's writer has transactions of its own
	site.Hub.Chat.Start()
	t.Cleanup(site.Hub.Chat.Stop)
	doc := document(t, site)
	wang := site.Person("Wang Min", account.RoleMember, i18n.Zh)
	moderator := site.Person("Anna Weber", account.RoleModerator, i18n.En)
	started := site.Thread(wang, "如何共享数据", 2)
	client := "0b8f7a52-3c5e-4d0e-9a55-2f5d1c1f1a01"
	var room struct {
		Items []struct {
			RoomID int64 `json:"room_id"`
		}
	}
	site.API(wang, "GET", "/challenges", nil).Want(200).JSON(&room)
	id := room.Items[0].RoomID
	text := func(more map[string]any) map[string]any {
		body := map[string]any{"body": "数据 and data", "lang": "zh"}
		maps.Copy(body, more)
		return body
	}
	translated := fmt.Sprintf("/posts/%d/translations/en", started.PostID)
	day := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
	both := map[string]any{"en": "Comparing data", "zh": "数据比对"}
	workshop := map[string]any{"title": both, "summary": both, "start": day + "T14:00", "end": day + "T16:00", "state": "announced", "client_id": client,
		"agenda": []any{map[string]any{"minutes": 10, "title": both}}, "speakers": []any{map[string]any{"name": "张敏"}}}
	for _, c := range []struct {
		who          apptest.Person
		method, path string
		route        string
		body         any
		want         int
	}{
		{wang, "GET", "/challenges", "/challenges", nil, 200},
		{wang, "GET", fmt.Sprintf("/members?q=wa&room=%d&thread=%d", id, started.ID), "/members", nil, 200},
		{wang, "GET", "/members?q=wa&limit=11", "/members", nil, 400},
		{wang, "GET", "/members?q=wa&room=999999999", "/members", nil, 404},
		{apptest.Person{}, "GET", "/members?q=wa", "/members", nil, 401},
		{wang, "GET", "/threads?challenge=amr", "/threads", nil, 200},
		{wang, "GET", "/threads?after=nonsense", "/threads", nil, 400},
		{wang, "POST", "/threads", "/threads", text(map[string]any{"challenge": "amr", "kind": "question", "title": "问题", "client_id": client}), 201},
		{wang, "POST", "/threads", "/threads", text(map[string]any{"challenge": "amr", "kind": "question", "title": "x"}), 422},
		{wang, "GET", fmt.Sprintf("/threads/%d", started.ID), "/threads/{id}", nil, 200},
		{wang, "GET", "/threads/999999999", "/threads/{id}", nil, 404},
		{wang, "GET", fmt.Sprintf("/threads/%d/posts?limit=2", started.ID), "/threads/{id}/posts", nil, 200},
		{wang, "POST", fmt.Sprintf("/threads/%d/posts", started.ID), "/threads/{id}/posts", text(map[string]any{"client_id": client}), 201},
		{wang, "PATCH", fmt.Sprintf("/posts/%d", started.PostID), "/posts/{id}", text(map[string]any{"version": 1}), 200},
		{moderator, "PATCH", fmt.Sprintf("/posts/%d", started.PostID), "/posts/{id}", text(nil), 403},
		{wang, "GET", fmt.Sprintf("/posts/%d", started.PostID), "/posts/{id}", nil, 200},
		{wang, "PUT", fmt.Sprintf("/posts/%d/reactions/agree", started.PostID), "/posts/{id}/reactions/{kind}", nil, 204},
		{wang, "DELETE", fmt.Sprintf("/posts/%d/reactions/agree", started.PostID), "/posts/{id}/reactions/{kind}", nil, 204},
		{wang, "PUT", fmt.Sprintf("/posts/%d/bookmark", started.PostID), "/posts/{id}/bookmark", nil, 204},
		{wang, "DELETE", fmt.Sprintf("/posts/%d/bookmark", started.PostID), "/posts/{id}/bookmark", nil, 204},
		{wang, "PUT", "/drafts?place=challenge:amr", "/drafts", map[string]any{"title": "草稿"}, 200},
		{wang, "GET", fmt.Sprintf("/rooms/%d", id), "/rooms/{id}", nil, 200},
		{wang, "POST", fmt.Sprintf("/rooms/%d/messages", id), "/rooms/{id}/messages", text(map[string]any{"id": client}), 200},
		{wang, "GET", fmt.Sprintf("/rooms/%d/export", id), "/rooms/{id}/export", nil, 200},
		{wang, "GET", fmt.Sprintf("/rooms/%d/export?format=exe", id), "/rooms/{id}/export", nil, 400},
		{wang, "GET", fmt.Sprintf("/rooms/%d/events", id), "/rooms/{id}/events", nil, 200},
		{wang, "POST", fmt.Sprintf("/rooms/%d/questions", id), "/rooms/{id}/questions", text(map[string]any{"client_id": client, "anonymous": true}), 201},
		{wang, "POST", fmt.Sprintf("/rooms/%d/questions", id), "/rooms/{id}/questions", map[string]any{"client_id": client, "body": " "}, 422},
		{moderator, "POST", fmt.Sprintf("/rooms/%d/questions", id), "/rooms/{id}/questions", text(map[string]any{"client_id": client}), 201},
		{moderator, "POST", "/questions/1/vote", "/questions/{id}/vote", map[string]any{"on": true}, 204},
		{wang, "POST", "/questions/1/state", "/questions/{id}/state", map[string]any{"state": "live"}, 403},
		{moderator, "POST", "/questions/2/state", "/questions/{id}/state", map[string]any{"state": "merged", "into": 1}, 204},
		{moderator, "POST", "/questions/1/state", "/questions/{id}/state", map[string]any{"state": "live"}, 204},
		{moderator, "PUT", "/questions/1/translations/en", "/questions/{id}/translations/{into}", map[string]any{"text": "Data and their meaning"}, 200},
		{apptest.Person{}, "GET", "/questions/1/translations/en", "/questions/{id}/translations/{into}", nil, 200},
		{wang, "GET", fmt.Sprintf("/rooms/%d/questions?locale=en", id), "/rooms/{id}/questions", nil, 200},
		{moderator, "POST", "/questions/1/hide", "/questions/{id}/hide", map[string]any{"reason": "Off topic"}, 200},
		{wang, "POST", "/questions/1/vote", "/questions/{id}/vote", map[string]any{"on": true}, 404},
		{moderator, "POST", "/questions/1/unhide", "/questions/{id}/unhide", nil, 200},
		{wang, "POST", fmt.Sprintf("/rooms/%d/hand", id), "/rooms/{id}/hand", map[string]any{"up": true}, 204},
		{moderator, "POST", fmt.Sprintf("/rooms/%d/hand", id), "/rooms/{id}/hand", map[string]any{"up": true}, 204},
		{wang, "POST", fmt.Sprintf("/rooms/%d/next-speaker", id), "/rooms/{id}/next-speaker", map[string]any{}, 403},
		{moderator, "POST", fmt.Sprintf("/rooms/%d/next-speaker", id), "/rooms/{id}/next-speaker", map[string]any{"after": 0}, 204},
		{wang, "GET", fmt.Sprintf("/rooms/%d/hands", id), "/rooms/{id}/hands", nil, 200},
		{moderator, "POST", "/hands/1/state", "/hands/{id}/state", map[string]any{"state": "done"}, 204},
		{moderator, "POST", "/hands/1/state", "/hands/{id}/state", map[string]any{"state": "done"}, 409},
		{moderator, "POST", fmt.Sprintf("/posts/%d/hide", started.PostID), "/posts/{id}/hide", map[string]any{"reason": "Off topic"}, 200},
		{moderator, "POST", fmt.Sprintf("/posts/%d/hide", started.PostID), "/posts/{id}/hide", map[string]any{"reason": "Off topic"}, 409},
		{moderator, "POST", fmt.Sprintf("/posts/%d/unhide", started.PostID), "/posts/{id}/unhide", nil, 200},
		{wang, "POST", fmt.Sprintf("/posts/%d/unhide", started.PostID), "/posts/{id}/unhide", nil, 403},
		{moderator, "PUT", translated, "/posts/{id}/translations/{into}", map[string]any{"text": "Data and how to share it", "reviewed": true}, 200},
		{wang, "PUT", translated, "/posts/{id}/translations/{into}", map[string]any{"text": "Data and how to share them"}, 403},
		{wang, "PUT", translated, "/posts/{id}/translations/{into}", map[string]any{"text": ""}, 422},
		{apptest.Person{}, "GET", translated, "/posts/{id}/translations/{into}", nil, 200},
		{apptest.Person{}, "GET", translated + "/history", "/posts/{id}/translations/{into}/history", nil, 200},
		{moderator, "POST", translated + "/review", "/posts/{id}/translations/{into}/review", map[string]any{"revision": 1}, 200},
		{moderator, "POST", translated + "/rollback", "/posts/{id}/translations/{into}/rollback", map[string]any{"to": 1, "based": 1}, 200},
		{wang, "POST", translated + "/request", "/posts/{id}/translations/{into}/request", nil, 202},
		{moderator, "DELETE", translated, "/posts/{id}/translations/{into}", nil, 204},
		{wang, "GET", translated, "/posts/{id}/translations/{into}", nil, 404},
		{wang, "GET", strings.TrimSuffix(translated, "en") + "zh", "/posts/{id}/translations/{into}", nil, 409},
		{moderator, "POST", "/workshops", "/workshops", workshop, 201},
		{moderator, "POST", "/workshops", "/workshops", map[string]any{"title": map[string]any{"en": "x"}}, 422},
		{wang, "POST", "/workshops", "/workshops", workshop, 403},
		{wang, "GET", "/workshops", "/workshops", nil, 200},
		{wang, "GET", "/workshops?when=tomorrow", "/workshops", nil, 400},
		{wang, "GET", "/workshops/1", "/workshops/{id}", nil, 200},
		{wang, "GET", "/workshops/999", "/workshops/{id}", nil, 404},
		{wang, "PUT", "/workshops/1/registration", "/workshops/{id}/registration", nil, 200},
		{wang, "DELETE", "/workshops/1/registration", "/workshops/{id}/registration", nil, 200},
		{moderator, "PATCH", "/workshops/1", "/workshops/{id}", map[string]any{"place": "Leuven"}, 200},
		{wang, "PATCH", "/workshops/1", "/workshops/{id}", map[string]any{"place": "Ghent"}, 403},
		{moderator, "PATCH", "/workshops/1", "/workshops/{id}", map[string]any{"place": "Ghent", "version": 1}, 409},
		{moderator, "PATCH", "/workshops/1", "/workshops/{id}", map[string]any{"state": "cancelled", "cancel_reason": "Nobody comes"}, 200},
		{wang, "PUT", "/workshops/1/registration", "/workshops/{id}/registration", nil, 409},
		{apptest.Person{}, "PUT", "/drafts?place=challenge:amr", "/drafts", map[string]any{}, 401},
	} {
		a := site.API(c.who, c.method, c.path, c.body)
		if a.Status != c.want {
			t.Errorf("%s %s: status %d, want %d: %.300s", c.method, c.path, a.Status, c.want, a.Body)
			continue
		}
		schema, ok := answerSchema(doc, c.method, c.route, c.want)
		if !ok {
			t.Errorf("%s %s answers %d, which the document does not mention", c.method, c.route, c.want)
			continue
		}
		if schema == nil {
			if c.want != http.StatusNoContent {
				t.Errorf("%s %s: the document says nothing of the body of %d", c.method, c.route, c.want)
			}
			continue
		}
		var v any
		a.JSON(&v)
		for _, wrong := range match(doc, schema, v, "answer") {
			t.Errorf("%s %s (%d): %s", c.method, c.path, c.want, wrong)
		}
	}
}

// answerSchema is the schema of an answer's body; ok is false where the document does not know the answer.
func answerSchema(doc map[string]any, method, path string, status int) (schema map[string]any, ok bool) {
	item := doc["paths"].(map[string]any)[path].(map[string]any)[strings.ToLower(method)].(map[string]any)
	r, ok := item["responses"].(map[string]any)[fmt.Sprint(status)].(map[string]any)
	if !ok {
		return nil, false
	}
	content, _ := resolve(doc, r)["content"].(map[string]any)
	if content == nil {
		return nil, true
	}
	return content["application/json"].(map[string]any)["schema"].(map[string]any), true
}

// match is what of a value is not as its schema says: types, required and unknown properties, enumerations.
func match(doc, schema map[string]any, v any, at string) []string {
	schema = resolve(doc, schema)
	if c, ok := schema["const"]; ok && c != v {
		return []string{fmt.Sprintf("%s is %v, want %v", at, v, c)}
	}
	if types := list(schema["type"]); len(types) > 0 && !slices.Contains(types, typeOf(v)) && !(typeOf(v) == "integer" && slices.Contains(types, "number")) {
		return []string{fmt.Sprintf("%s is of type %s, want %v", at, typeOf(v), types)}
	}
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return []string{fmt.Sprintf("%s is %v, want one of %v", at, v, enum)}
	}
	var wrong []string
	switch v := v.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for _, name := range list(schema["required"]) {
			if _, ok := v[name]; !ok {
				wrong = append(wrong, at+" lacks "+name)
			}
		}
		for name, x := range v {
			if p, ok := properties[name].(map[string]any); ok {
				wrong = append(wrong, match(doc, p, x, at+"."+name)...)
			} else if p, ok := schema["additionalProperties"].(map[string]any); ok {
				wrong = append(wrong, match(doc, p, x, at+"."+name)...)
			} else if properties != nil {
				wrong = append(wrong, at+"."+name+" is not in the document")
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i, x := range v {
			wrong = append(wrong, match(doc, items, x, fmt.Sprintf("%s[%d]", at, i))...)
		}
	}
	return wrong
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// list is a string or a list of strings.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, len(v))
		for i, x := range v {
			out[i] = x.(string)
		}
		return out
	}
	return nil
}

func resolve(doc, v map[string]any) map[string]any {
	if ref, ok := v["$ref"].(string); ok {
		if found, ok := lookUp(doc, ref); ok {
			return found
		}
	}
	return v
}

func lookUp(doc map[string]any, ref string) (map[string]any, bool) {
	path, ok := strings.CutPrefix(ref, "#/")
	at := doc
	for step := range strings.SplitSeq(path, "/") {
		if at, _ = at[step].(map[string]any); at == nil {
			return nil, false
		}
	}
	return at, ok
}

func eachRef(v any, f func(ref string)) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			f(ref)
		}
		for _, x := range v {
			eachRef(x, f)
		}
	case []any:
		for _, x := range v {
			eachRef(x, f)
		}
	}
}

func eachSchema(v any, f func(at string, schema map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "object" {
			b, _ := json.Marshal(v)
			f(fmt.Sprintf("%.80s", b), v)
		}
		for _, x := range v {
			eachSchema(x, f)
		}
	case []any:
		for _, x := range v {
			eachSchema(x, f)
		}
	}
}
