package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// deepL speaks version 2 of DeepL's API (developers.deepl.com, /v2/translate and /v2/glossaries).
type deepL struct {
	client     *client
	glossaries *glossaries
}

func newDeepL(s Settings, o options) *deepL {
	base := s.DeepLURL
	switch {
	case base != "":
	case strings.HasSuffix(s.DeepLKey, ":fx"): // what keys of the free service end in
		base = "https://api-free.deepl.com"
	default:
		base = "https://api.deepl.com"
	}
	c := newClient(NameDeepL, base, s, o)
	c.header.Set("Authorization", "DeepL-Auth-Key "+s.DeepLKey)
	return &deepL{client: c, glossaries: newGlossaries(c)}
}

func (d *deepL) label() string { return "DeepL" }

// most: DeepL takes 50 texts and 128 KiB. 30 kB leave room for escaping, and keep an answer within the time-out.
func (d *deepL) most() (texts, bytes int) { return 50, 30_000 }

// deepLRequest is the body of /v2/translate.
type deepLRequest struct {
	Text       []string `json:"text"`
	SourceLang string   `json:"source_lang"` // a glossary requires it
	TargetLang string   `json:"target_lang"`
	Context    string   `json:"context,omitempty"` // is not charged
	GlossaryID string   `json:"glossary_id,omitempty"`
	// Masked fragments are no sentences: DeepL must not add a full stop or a capital letter.
	PreserveFormatting bool `json:"preserve_formatting"`
	// Sentences end at punctuation, not at the end of a line: a text may be a paragraph, and its lines may be broken
	// anywhere. "0" would take a paragraph for one sentence.
	SplitSentences     string   `json:"split_sentences"`
	TagHandling        string   `json:"tag_handling"`
	TagHandlingVersion string   `json:"tag_handling_version"`
	NonSplittingTags   []string `json:"non_splitting_tags"`
	IgnoreTags         []string `json:"ignore_tags"`
}

var errGlossary = errors.New("it does not take the glossary")

func (d *deepL) translate(ctx context.Context, o order) ([]string, error) {
	ask := deepLRequest{
		SourceLang: o.from.source, TargetLang: o.to.target, Context: valid(o.Context), PreserveFormatting: true, SplitSentences: "nonewlines",
		TagHandling: "xml", TagHandlingVersion: "v2", NonSplittingTags: []string{"m"}, IgnoreTags: []string{"m"},
	}
	for _, text := range o.Texts {
		ask.Text = append(ask.Text, xml.write(text))
	}
	var err error
	if ask.GlossaryID, err = d.glossaries.find(ctx, o); err != nil {
		return nil, err
	}
	answer, err := d.send(ctx, ask, characters(o.Texts))
	if errors.Is(err, errGlossary) { // deleted by another, or no longer of use: better without than not at all
		d.glossaries.forget(ask.GlossaryID)
		ask.GlossaryID = ""
		answer, err = d.send(ctx, ask, characters(o.Texts))
	}
	return answer, err
}

func (d *deepL) send(ctx context.Context, ask deepLRequest, characters int) ([]string, error) {
	var answer struct {
		Translations []struct {
			Text string `json:"text"`
		} `json:"translations"`
	}
	err := d.client.do(ctx, call{
		method: http.MethodPost, path: "/v2/translate", body: ask, into: &answer, characters: characters, texts: len(ask.Text),
		look: func(status int, _ []byte) error {
			if ask.GlossaryID != "" && (status == http.StatusNotFound || status == http.StatusBadRequest) {
				return fmt.Errorf("%w: %w", ErrRefusedByProvider, errGlossary)
			}
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	out := make([]string, len(answer.Translations))
	for i, t := range answer.Translations {
		out[i] = xml.read(t.Text, true)
	}
	return out, nil
}
