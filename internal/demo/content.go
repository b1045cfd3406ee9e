package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"time"

	"github.com/BurntSushi/toml"
)

//go:embed content/*.toml
var files embed.FS

// content is the demo as it is written.
type content struct {
	Members    []member    `toml:"member"`
	Challenges []challenge `toml:"challenge"`
	Threads    []thread    `toml:"thread"`
	Rooms      []room      `toml:"room"`
	Workshops  []event     `toml:"workshop"`
	Terms      []term      `toml:"term"`    // the glossary
	Segments   []pair      `toml:"segment"` // the translation memory
}

type member struct {
	Key         string // what the rest of the content calls them
	Name        string
	Handle      string
	Email       string
	Lang        string
	Region      string
	TimeZone    string `toml:"time_zone"`
	Affiliation string
	Role        string
	Follows     []string // slugs of challenges
	place       string
}

type challenge struct {
	Slug      string
	TitleEn   string `toml:"title_en"`
	TitleZh   string `toml:"title_zh"`
	SummaryEn string `toml:"summary_en"`
	SummaryZh string `toml:"summary_zh"`
	place     string
}

type thread struct {
	Challenge       string
	Kind            string
	Title           string
	TitleTranslated string `toml:"title_translated"` // the title in the other language
	TitleTranslator string `toml:"title_translator"` // key of the member who translated it
	Lang            string
	Pinned          bool
	Posts           []post `toml:"post"`
	Outcome         string // key of the event that it is the outcome of
	place           string
}

type post struct {
	By         string
	Lang       string
	Ago        age
	Body       string
	Translated string              // the body in the other language, Markdown of the same structure; empty: nobody has translated it
	Translator string              // key of the member who translated it
	Reviewed   bool                // somebody else has read the translation against the body
	Was        string              // how it read before it was edited
	Reactions  map[string][]string // kind → keys of members
	Bookmarks  []string            // keys of members
	place      string
}

type room struct {
	Challenge string
	Messages  []message `toml:"message"`
	place     string
}

type message struct {
	By         string
	Lang       string
	Ago        age // in the room of an event that is over: before its end
	Body       string
	Translated string // as in post
	Translator string
	Answers    int // number in its room, from 1, of the message it replies to
	Decision   bool
	place      string
}

// question is asked in the room of an event, and poll is held there, both after what was said.
type question struct {
	By         string
	Lang       string
	Ago        age
	Body       string
	Translated string
	Translator string
	State      string // all but queued and live belong to an event that is over, in which polls are closed
	Anonymous  bool
	Votes      []string // keys of members
}

type poll struct {
	By         string
	Lang       string
	Ago        age
	Body       string
	Translated string
	Translator string
	Options    []option `toml:"option"`
}

type option struct {
	Body       string
	Translated string
	Votes      []string
}

// term is an entry of the glossary.
type term struct {
	En, Zh    string
	Note      string // when to use it, in the language of whoever needs to know; may be empty
	Challenge string // slug of the challenge that it belongs to; empty: all
	place     string
}

// pair is a sentence of the translation memory.
type pair struct {
	En, Zh string
	place  string
}

// event is a workshop, webinar, roadshow or partnering meeting.
type event struct {
	Key           string // what a test calls it
	Kind          string
	Challenge     string
	Ago           age    // it began that long ago and is on; zero: it is at Day and Starts
	Day           int    // from the day of loading, negative in the past
	Starts        string // on the clocks of Zone
	Minutes       int
	Repeat        int // how many, a week apart; 0: one
	Zone          string
	Place         string
	Link          string
	TitleEn       string `toml:"title_en"`
	TitleZh       string `toml:"title_zh"`
	SummaryEn     string `toml:"summary_en"`
	SummaryZh     string `toml:"summary_zh"`
	DescriptionEn string `toml:"description_en"`
	DescriptionZh string `toml:"description_zh"`
	Capacity      int
	KeepInside    bool `toml:"keep_inside"`
	Retention     int  // days
	Draft         bool
	Cancelled     string // the reason
	Organiser     string // keys of members
	Hosts         []string
	Interpreters  []string
	Registered    []string
	Waiting       []string
	Now           int        // number of the agenda item that is on, from 1; 0: none
	Items         []item     `toml:"item"`
	Speakers      []speaker  `toml:"speaker"`
	Messages      []message  `toml:"message"`
	Questions     []question `toml:"question"`
	Polls         []poll     `toml:"poll"`
	place         string
}

// item is one of an agenda; it begins where the one before ends, unless Starts says when.
type item struct {
	Starts  int // minutes after the start
	Minutes int
	TitleEn string `toml:"title_en"`
	TitleZh string `toml:"title_zh"`
	Speaker string
}

// speaker is a member, or somebody with a name.
type speaker struct {
	Member      string
	Name        string
	Affiliation string
	RoleEn      string `toml:"role_en"`
	RoleZh      string `toml:"role_zh"`
}

// age is how long ago something happened: "74d6h", "1d4h52m".
type age time.Duration

var ageShape = regexp.MustCompile(`^(?:(\d{1,3})d)?(?:(\d{1,2})h)?(?:(\d{1,2})m)?$`)

func (a *age) UnmarshalText(text []byte) error {
	m := ageShape.FindSubmatch(text)
	if m == nil || len(text) == 0 {
		return fmt.Errorf(`%q is no age such as "3d4h5m"`, text)
	}
	*a = 0
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi(string(m[i+1])) // empty is none
		*a += age(time.Duration(n) * unit)
	}
	return nil
}

// read parses every file. What no part of the content has a use for is an error, so that a slip of the pen in a key
// is found.
func read() (*content, error) {
	names, err := fs.Glob(files, "content/*.toml")
	if err != nil {
		return nil, fmt.Errorf("demo: list content: %w", err)
	}
	all := &content{}
	for _, name := range names {
		var c content
		meta, err := toml.DecodeFS(files, name, &c)
		if err != nil {
			return nil, fmt.Errorf("demo: %s: %w", name, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return nil, fmt.Errorf("demo: %s: unknown key %s", name, unknown[0])
		}
		c.place(name)
		all.Members = append(all.Members, c.Members...)
		all.Challenges = append(all.Challenges, c.Challenges...)
		all.Threads = append(all.Threads, c.Threads...)
		all.Rooms = append(all.Rooms, c.Rooms...)
		all.Workshops = append(all.Workshops, c.Workshops...)
		all.Terms = append(all.Terms, c.Terms...)
		all.Segments = append(all.Segments, c.Segments...)
	}
	return all, nil
}

// place notes where everything stands, for errors.
func (c *content) place(file string) {
	for i := range c.Members {
		c.Members[i].place = fmt.Sprintf("%s: member %d (%s)", file, i+1, c.Members[i].Key)
	}
	for i := range c.Challenges {
		c.Challenges[i].place = fmt.Sprintf("%s: challenge %d (%s)", file, i+1, c.Challenges[i].Slug)
	}
	for i := range c.Threads {
		t := &c.Threads[i]
		t.place = fmt.Sprintf("%s: thread %d", file, i+1)
		for j := range t.Posts {
			t.Posts[j].place = fmt.Sprintf("%s: post %d", t.place, j+1)
		}
	}
	for i := range c.Rooms {
		r := &c.Rooms[i]
		r.place = fmt.Sprintf("%s: room %d (%s)", file, i+1, r.Challenge)
		for j := range r.Messages {
			r.Messages[j].place = fmt.Sprintf("%s: message %d", r.place, j+1)
		}
	}
	for i := range c.Workshops {
		w := &c.Workshops[i]
		w.place = fmt.Sprintf("%s: workshop %d (%s)", file, i+1, w.Key)
		for j := range w.Messages {
			w.Messages[j].place = fmt.Sprintf("%s: message %d", w.place, j+1)
		}
	}
	for i := range c.Terms {
		c.Terms[i].place = fmt.Sprintf("%s: term %d (%s)", file, i+1, c.Terms[i].En)
	}
	for i := range c.Segments {
		c.Segments[i].place = fmt.Sprintf("%s: segment %d", file, i+1)
	}
}
