package translation

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"senet/internal/i18n"
	"senet/internal/pg"
	"senet/internal/translation/memory"
	"senet/internal/translation/segment"
)

// Recall is the job of translating, from memory, what was written together.
type Recall struct {
	Texts  SubjectKind `json:"kind"`
	IDs    string      `json:"ids"` // with commas
	Locale i18n.Locale `json:"locale"`
}

// Kind names the job.
func (Recall) Kind() string { return "recall" }

func joinIDs(ids []int64) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(words, ",")
}

func splitIDs(s string) (ids []int64, err error) {
	for word := range strings.SplitSeq(s, ",") {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read ids of texts: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// finding is how memory is asked for many texts at once.
type finding func(ctx context.Context, db pg.DB, source, target string, texts []string) ([]*memory.Match, error)

// rest is how long recallAll rests after its work, as a multiple of it: a room where hundreds talk at once needs the
// processor more than its translations do.
const rest = 3

// recallAll does a Recall: of most texts memory knows nothing, which a few queries find out for all of them.
func (s *Service) recallAll(ctx context.Context, r Recall) error {
	begun := time.Now()
	defer func() {
		select {
		case <-time.After(min(rest*time.Since(begun), time.Second)):
		case <-ctx.Done():
		}
	}()
	ids, err := splitIDs(r.IDs)
	if err != nil {
		return err
	}
	source, ok := s.sources[r.Texts]
	if !ok {
		return nil
	}
	ws, err := source.Find(ctx, s.store, ids, false)
	if err != nil {
		return fmt.Errorf("find %d texts of kind %s: %w", len(ids), r.Texts, err)
	}
	known, err := s.remembered(ctx, ws, r.Locale)
	if err != nil {
		return err
	}
	for _, w := range known {
		if err := s.translate(ctx, Task{w.Subject, r.Locale}); err != nil {
			return err
		}
	}
	return nil
}

// remembered are those of the texts of which memory knows a sentence, or some in a row.
func (s *Service) remembered(ctx context.Context, ws []Writing, locale i18n.Locale) (known []Writing, err error) {
	type piece struct {
		of   int
		text string
	}
	single, joined := map[string][]piece{}, map[string][]piece{} // by language
	for i, w := range ws {
		if w.Lang == string(locale) {
			continue
		}
		pieces := segment.Split(w.Source, !w.Plain)
		for _, p := range pieces {
			if p.Translate {
				single[w.Lang] = append(single[w.Lang], piece{i, p.Text})
			}
		}
		for _, run := range runs(pieces) {
			joined[w.Lang] = append(joined[w.Lang], piece{i, run.text})
		}
	}
	hit := make([]bool, len(ws))
	look := func(lang string, pieces []piece, find finding) error {
		texts := make([]string, len(pieces))
		for i, p := range pieces {
			texts[i] = p.text
		}
		matches, err := find(ctx, s.store, lang, string(locale), texts)
		for i, m := range matches {
			hit[pieces[i].of] = hit[pieces[i].of] || m != nil
		}
		return err
	}
	for lang, pieces := range single {
		if err := look(lang, pieces, s.memory.Find); err != nil {
			return nil, err
		}
	}
	for lang, pieces := range joined {
		if err := look(lang, pieces, s.memory.Exact); err != nil {
			return nil, err
		}
	}
	for i, w := range ws {
		if hit[i] {
			known = append(known, w)
		}
	}
	return known, nil
}
