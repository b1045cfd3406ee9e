package workshopweb_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"senet/internal/app/apptest"
	"senet/internal/workshop"
)

// form is a valid one of a workshop that begins in ten days at two in the afternoon in Brussels, with what is changed.
func form(t *testing.T, changes ...string) url.Values {
	t.Helper()
	day := time.Now().AddDate(0, 0, 10).Format(time.DateOnly)
	v := url.Values{
		"client_id": {uuid.NewString()}, "kind": {"workshop"}, "zone": {workshop.Brussels}, "start": {day + "T14:00"}, "end": {day + "T16:00"},
		"title_en": {"Comparing resistance data"}, "title_zh": {"耐药数据的比对"},
		"summary_en": {"How two laboratories count."}, "summary_zh": {"两家实验室如何计数。"},
		"description_en": {"Bring **your own** data."}, "description_zh": {"请自带**数据**。"},
		"challenge": {"amr"}, "capacity": {"1"}, "retention": {"30"}, "items": {"2"}, "speakers": {"1"}, "do": {"announce"},
		"item_0_title_en": {"Welcome"}, "item_0_title_zh": {"开场"}, "item_0_minutes": {"10"},
		"item_1_title_en": {"Breakpoints"}, "item_1_minutes": {"30"}, "item_1_speaker": {"张敏"},
		"speaker_0_name": {"张敏"}, "speaker_0_role_en": {"chairs"}, "speaker_0_role_zh": {"主持"},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// announced makes an event and gives its path without the language.
func announced(t *testing.T, s *apptest.Site, by apptest.Person, changes ...string) string {
	t.Helper()
	a := s.Submit(by, "/en/workshops/new", form(t, changes...)).Want(303)
	return strings.TrimPrefix(a.Header.Get("Location"), "/en")
}
