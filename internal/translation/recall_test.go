package translation_test

import (
	"fmt"
	"testing"

	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/pg/pgtest"
	"senet/internal/translation"
	"senet/internal/translation/translationtest"
)

// TestRecall: of what was written together, what memory knows is translated, and the rest is left alone.
func TestRecall(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t))
	taught := s.post(s.anna, "Wash your hands before every meal. Cover your mouth.", "en")
	tr := s.write(s.li, taught, i18n.Zh, "每餐前请洗手。请掩住口鼻。")
	if _, err := s.Hub.Translation.Review(t.Context(), s.mod.Viewer, taught, i18n.Zh, tr.Revision); err != nil {
		t.Fatal(err)
	}
	sentence := s.post(s.anna, "Wash your hands before every meal.", "en")
	whole := s.post(s.anna, "Wash your hands before every meal. Cover your mouth.", "en")
	strange := s.post(s.anna, "The bus leaves at ten.", "en")
	chinese := s.post(s.li, "每餐前请洗手。", "zh")
	ids := fmt.Sprintf("%d,%d,%d,%d", sentence.ID, whole.ID, strange.ID, chinese.ID)
	if err := s.Hub.Translation.Work(t.Context(), translation.Recall{Texts: translation.Post, IDs: ids, Locale: i18n.Zh}); err != nil {
		t.Fatal(err)
	}
	if got := s.shown(sentence, i18n.Zh); got.Kind != translation.Memory || got.Text != "每餐前请洗手。" {
		t.Errorf("a sentence: %+v", got)
	}
	if got := s.shown(whole, i18n.Zh); got.Kind != translation.Memory {
		t.Errorf("two sentences: %+v", got)
	}
	for name, sub := range map[string]translation.Subject{"what memory does not know": strange, "what is Chinese already": chinese} {
		if got := s.shown(sub, i18n.Zh); got.Kind != translation.Original {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestWritten_together: where memory alone translates, what is written together is one job.
func TestWritten_together(t *testing.T) {
	t.Parallel()
	s := newSite(t, pgtest.Tx(t))
	taught := s.post(s.anna, "Wash your hands before every meal.", "en")
	tr := s.write(s.li, taught, i18n.Zh, "每餐前请洗手。")
	if _, err := s.Hub.Translation.Review(t.Context(), s.mod.Viewer, taught, i18n.Zh, tr.Revision); err != nil {
		t.Fatal(err)
	}
	alone := translationtest.New(t, s.Store, s.Hub.Accounts) // without an engine
	err := s.Store.InTx(t.Context(), func(tx *pg.Tx) error {
		return alone.Written(t.Context(), tx, translation.Message, translation.Fresh{ID: 1, Lang: "en"}, translation.Fresh{ID: 2, Lang: "zh"},
			translation.Fresh{ID: 3, Lang: "en"})
	})
	if err != nil {
		t.Fatal(err)
	}
	var jobs string
	err = s.Store.QueryRow(t.Context(), `select string_agg(kind || ' ' || coalesce(args->>'ids', args->>'id') || ' ' || (args->>'locale'), '; ' order by id)
		from river_job where args->>'kind' = 'message'`).Scan(&jobs)
	if err != nil || jobs != "translate 2 en; recall 1,3 zh" {
		t.Errorf("jobs %q, %v", jobs, err)
	}
}
