package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"senet/internal/fault"
)

func TestKindOf_wrapped(t *testing.T) {
	base := fault.New(fault.NotFound, "forum.thread.not_found")
	err := fmt.Errorf("find thread 7: %w", base.With("ID", 7))
	if got := fault.KindOf(err); got != fault.NotFound {
		t.Errorf("KindOf = %v, want NotFound", got)
	}
	if !errors.Is(err, base) {
		t.Error("errors.Is does not see the fault through wrapping and With")
	}
	if base.Args != nil {
		t.Error("With changed the fault it was called on")
	}
	if got := fault.KindOf(errors.New("boom")); got != fault.Internal {
		t.Errorf("KindOf(plain) = %v, want Internal", got)
	}
}

func TestFields_Err(t *testing.T) {
	var fs fault.Fields
	if err := fs.Err(); err != nil {
		t.Fatalf("no fields: %v, want nil", err)
	}
	fs.Add("body", "forum.body.empty", nil)
	fs.Add("body", "forum.body.long", nil)
	f := fault.Of(fs.Err())
	if f.Kind != fault.Invalid || f.Key != "forum.body.empty" {
		t.Errorf("one field: %v %q, want Invalid and the first complaint", f.Kind, f.Key)
	}
	fs.Add("title", "forum.title.short", nil)
	if f := fault.Of(fs.Err()); f.Key != "error.invalid" || len(f.Fields) != 2 {
		t.Errorf("two fields: %q with %d fields, want error.invalid with 2", f.Key, len(f.Fields))
	}
}
