package demo

import (
	"slices"
	"time"

	"senet/internal/workshop"
)

func (k *checker) workshops(all []event) {
	keys := map[string]bool{}
	for _, e := range all {
		k.require(e.Key != "" && !keys[e.Key], e.place, "key", "%q is empty or taken", e.Key)
		keys[e.Key] = true
		k.workshop(e)
	}
}

func (k *checker) workshop(e event) {
	lasted := e.Ago
	if lasted == 0 {
		lasted = age(time.Duration(e.Minutes) * time.Minute)
	}
	k.require(e.Ago != 0 || e.Day < 0 || len(e.Messages)+len(e.Questions)+len(e.Polls) == 0, e.place, "message", "it has not begun")
	k.require(slices.Contains(workshop.Kinds, workshop.Kind(e.Kind)), e.place, "kind", "%q is no kind of event", e.Kind)
	k.require(k.slugs[e.Challenge], e.place, "challenge", "no challenge %q", e.Challenge)
	_, err := time.LoadLocation(e.Zone)
	k.require(err == nil && e.Zone != "", e.place, "zone", "%q is no time zone", e.Zone)
	k.require(e.Minutes >= 5, e.place, "minutes", "%d is too brief", e.Minutes)
	k.text(e.place, "title_en", e.TitleEn)
	k.text(e.place, "title_zh", e.TitleZh)
	if !e.Draft {
		k.text(e.place, "summary_en", e.SummaryEn)
		k.text(e.place, "summary_zh", e.SummaryZh)
	}
	staff := append(append([]string{e.Organiser}, e.Hosts...), e.Interpreters...)
	guests := append(slices.Clone(e.Registered), e.Waiting...)
	for _, who := range append(slices.Clone(staff), guests...) {
		k.by(e.place, "people", who)
	}
	for _, list := range [][]string{staff, guests} {
		slices.Sort(list)
		k.require(len(slices.Compact(list)) == len(list), e.place, "people", "somebody is there twice")
	}
	k.require(e.Capacity == 0 || len(e.Registered) <= e.Capacity, e.place, "registered", "there are %d seats only", e.Capacity)
	k.require(len(e.Waiting) == 0 || len(e.Registered) == e.Capacity, e.place, "waiting", "somebody waits though a seat is free")
	k.require(e.Now <= len(e.Items), e.place, "now", "there is no item %d", e.Now)
	at := 0
	for _, i := range e.Items {
		at = max(at, i.Starts) + i.Minutes
		k.text(e.place, "item", i.TitleEn)
		k.text(e.place, "item", i.TitleZh)
	}
	k.require(at <= e.Minutes, e.place, "item", "the agenda lasts %d minutes, the event %d", at, e.Minutes)
	for _, s := range e.Speakers {
		if s.Member != "" {
			k.by(e.place, "speaker", s.Member)
		} else {
			k.text(e.place, "speaker", s.Name)
		}
	}
	for _, q := range e.Questions {
		k.by(e.place, "question", q.By)
		k.text(e.place, "question", q.Body)
		k.text(e.place, "question", q.Translated)
		k.require(slices.Contains([]string{"queued", "live", "answered", "parked"}, q.State), e.place, "question", "%q is no state", q.State)
		k.require(q.Ago <= lasted && (len(e.Messages) == 0 || q.Ago <= e.Messages[len(e.Messages)-1].Ago), e.place, "question", "it comes before what was said")
		for _, who := range q.Votes {
			k.by(e.place, "vote", who)
			k.require(who != q.By, e.place, "vote", "nobody votes for their own question")
		}
	}
	for _, p := range e.Polls {
		k.by(e.place, "poll", p.By)
		k.text(e.place, "poll", p.Body)
		k.require(len(p.Options) >= 2, e.place, "poll", "it has too few answers")
		voted := map[string]bool{}
		for _, o := range p.Options {
			k.text(e.place, "option", o.Body)
			for _, who := range o.Votes {
				k.by(e.place, "ballot", who)
				k.require(!voted[who], e.place, "ballot", "%s has voted twice", who)
				voted[who] = true
			}
		}
	}
	for _, m := range e.Messages {
		k.by(m.place, "by", m.By)
		k.text(m.place, "body", m.Body)
		k.require(m.Ago <= lasted, m.place, "ago", "it was said before the beginning")
	}
}
