package translationweb

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"senet/internal/httpx"
	"senet/internal/translation"
)

// heading is what the editor is for.
func heading(r *httpx.Request, e *editor) string {
	language := r.T("lang." + string(e.Into))
	switch {
	case e.Subject.Kind == translation.Thread && e.There:
		return r.T("translations.edit.title_of_thread_again", "Language", language)
	case e.Subject.Kind == translation.Thread:
		return r.T("translations.edit.title_of_thread", "Language", language)
	case e.There:
		return r.T("translations.edit.title_again", "Language", language)
	}
	return r.T("translations.edit.title", "Language", language)
}

// theirsHeading says who has saved meanwhile.
func theirsHeading(r *httpx.Request, e *editor) string {
	switch {
	case !e.There:
		return r.T("translations.edit.theirs_gone")
	case e.Now.AuthorName == "":
		return r.T("translations.edit.theirs_machine")
	}
	return r.T("translations.edit.theirs", "Name", e.Now.AuthorName)
}

// fieldName is the field of a target.
func fieldName(e *editor) string {
	if e.Whole {
		return "text"
	}
	return "row"
}

func rowLabel(r *httpx.Request, e *editor, row editRow) string {
	if e.Whole || e.Plain {
		return r.T("translations.edit.label")
	}
	return r.T("translations.edit.label_row", "Number", row.Number)
}

// targetAttributes tie a target to its source and to what is wrong with the text.
func targetAttributes(e *editor, id string) templ.Attributes {
	a := templ.Attributes{"aria-describedby": id + "-source"}
	if e.Fault != nil && e.Fault.Fields["text"].Key != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

// rowsOf is the height of a target before its text decides it, where style sheets cannot.
func rowsOf(row editRow) string {
	text := row.Target
	if text == "" {
		text = row.Source
	}
	return strconv.Itoa(min(max(2, len(text)/60+strings.Count(text, "\n")+1), 30))
}

func engineLabel(r *httpx.Request, s translation.EngineState) string {
	if s.Outside {
		return r.T("translations.edit.engine_outside", "Engine", s.Label)
	}
	return r.T("translations.edit.engine_inside", "Engine", s.Label)
}
