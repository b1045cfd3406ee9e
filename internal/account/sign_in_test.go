package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"senet/internal/fault"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, _ := b.join(t, "Sign Inner", "sign.inner@example.org")
	for _, login := range []string{"sign.inner@example.org", " SIGN.INNER@EXAMPLE.ORG", "SignInner", "@signinner", "ｓｉｇｎｉｎｎｅｒ"} {
		v, token, err := signIn(t.Context(), b, login, goodPassword)
		if err != nil || v.ID != m.ID || v.Session == 0 || len(token) != 43 {
			t.Errorf("sign in as %q: %+v, %v", login, v, err)
		}
	}
}

func TestSignIn_passwordComposedOtherwise(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	f := joinForm("Accent Typist", "")
	f.Password = "crème brûlée forever" // composed
	if _, _, err := b.Join(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if _, _, err := signIn(t.Context(), b, "AccentTypist", "cre\u0300me bru\u0302le\u0301e forever"); err != nil {
		t.Errorf("the same password from a keyboard that decomposes: %v", err)
	}
}

func TestSignIn_sameAnswer(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.join(t, "Known Person", "known@example.org")
	if _, err := b.CreateMember(t.Context(), NewMember{Name: "Passwordless Person", Email: "none@example.org"}); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"known@example.org", "unknown@example.org", "KnownPerson", "NobodyAtAll", "none@example.org",
		"not an address @", "\x00", strings.Repeat("x", 1<<20)} {
		before := b.passwords.runs.Load()
		failures := b.count(t, "select count(*) from sign_in_failures")
		v, token, err := signIn(t.Context(), b, login, "a wrong password")
		f := wantFault(t, err, fault.Invalid, "account.sign_in.wrong")
		if v.SignedIn() || token != "" || len(f.Fields) != 0 || len(f.Args) != 0 {
			t.Errorf("%.20q: answer tells more: %+v %q %+v", login, v, token, f)
		}
		if login == "\x00" {
			continue // nothing typed: nothing to compare
		}
		if n := b.passwords.runs.Load() - before; n != 1 {
			t.Errorf("%.20q: %d password hashes, want 1 whoever it is", login, n)
		}
		if n := b.count(t, "select count(*) from sign_in_failures") - failures; n != 2 {
			t.Errorf("%.20q: counted %d times, want for the name and the address", login, n)
		}
	}
}

func TestSignIn_limitOfName(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"limited@example.org", "nobody@example.org"} { // known and unknown alike
		t.Run(login, func(t *testing.T) { limitOfName(t, login) })
	}
}

func limitOfName(t *testing.T, login string) {
	b := rolledBack(t)
	b.join(t, "Limited Person", "limited@example.org")
	for i := range failuresOfName {
		_, _, err := b.SignIn(t.Context(), SignInForm{Login: login, Password: "wrong", Browser: Browser{Address: fmt.Sprintf("192.0.2.%d", i)}})
		wantFault(t, err, fault.Invalid, "account.sign_in.wrong")
		b.clock = b.clock.Add(time.Second)
	}
	runs := b.passwords.runs.Load()
	_, _, err := signIn(t.Context(), b, strings.ToUpper(login), goodPassword)
	f := wantFault(t, err, fault.TooMany, "account.sign_in.too_many")
	if f.RetryAfter <= 14*time.Minute || f.RetryAfter > failureWindow || f.Args["Count"] != 15 {
		t.Errorf("retry after %v, %v", f.RetryAfter, f.Args)
	}
	if b.passwords.runs.Load() != runs {
		t.Error("a paused sign-in still hashes")
	}
	b.clock = b.clock.Add(f.RetryAfter)
	_, _, err = signIn(t.Context(), b, login, goodPassword)
	if login == "limited@example.org" && err != nil {
		t.Errorf("after the pause: %v", err)
	}
	if login == "nobody@example.org" {
		wantFault(t, err, fault.Invalid, "account.sign_in.wrong")
	}
}

func TestSignIn_limitOfAddress(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	b.join(t, "Attacker Himself", "")
	own := SignInForm{Login: "AttackerHimself", Password: goodPassword, Browser: Browser{Address: "2001:db8::1"}}
	for i := range failuresOfAddress {
		_, _, err := b.SignIn(t.Context(), SignInForm{Login: fmt.Sprintf("victim%d", i), Password: "wrong",
			Browser: Browser{Address: fmt.Sprintf("2001:db8::%x", i+1)}}) // one /64
		b.clock = b.clock.Add(time.Millisecond)
		wantFault(t, err, fault.Invalid, "account.sign_in.wrong")
		if i == 20 {
			if _, _, err := b.SignIn(t.Context(), own); err != nil {
				t.Fatalf("an account of one's own: %v", err)
			}
		}
	}
	_, _, err := b.SignIn(t.Context(), own)
	wantFault(t, err, fault.TooMany, "account.sign_in.too_many") // signing in at 20 has bought nothing
	own.Browser.Address = "2001:db8:0:1::1"
	if _, _, err := b.SignIn(t.Context(), own); err != nil {
		t.Errorf("another network is locked out too: %v", err)
	}
}

func TestSignIn_manyGuessesAtOnce(t *testing.T) {
	t.Parallel()
	b := committed(t)
	b.join(t, "Popular Target", "")
	var wrong, paused atomic.Int64
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			_, _, err := b.SignIn(t.Context(), SignInForm{Login: "PopularTarget", Password: "guess", Browser: Browser{Address: fmt.Sprintf("198.51.100.%d", i)}})
			switch f := fault.Of(err); {
			case f != nil && f.Key == "account.sign_in.wrong":
				wrong.Add(1)
			case f != nil && f.Kind == fault.TooMany:
				paused.Add(1)
			default:
				t.Errorf("guess: %v", err)
			}
		})
	}
	wg.Wait()
	if wrong.Load() != failuresOfName || paused.Load() != 30 {
		t.Errorf("%d guesses were looked at and %d refused, want %d and 30", wrong.Load(), paused.Load(), failuresOfName)
	}
}

func TestSignIn_rotation(t *testing.T) {
	t.Parallel()
	b := rolledBack(t)
	m, first := b.join(t, "Rotating Person", "")
	_, other := b.join(t, "Other Person", "")
	b.bySession(t, first)
	v, second, err := b.SignIn(t.Context(), SignInForm{Login: m.Handle, Password: goodPassword, Browser: Browser{Token: first}})
	if err != nil || second == first {
		t.Fatalf("sign in again: %v", err)
	}
	if b.bySession(t, first).SignedIn() {
		t.Error("the session before sign-in still works in the same browser")
	}
	if b.bySession(t, second).ID != v.ID || !b.bySession(t, other).SignedIn() {
		t.Error("the wrong session ended")
	}
}

func TestHash_waitsForASlot(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for range maxHashes {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := h.hash(ctx, goodPassword); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a full house: %v, want the deadline", err)
	}
	if h.runs.Load() != 0 {
		t.Error("hashed without a slot")
	}
}

func TestVerify_brokenHash(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for _, stored := range []string{"x", "$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=8,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
		"$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"} {
		if ok, err := h.verify(t.Context(), goodPassword, stored); ok || !errors.Is(err, errPHC) {
			t.Errorf("%s: %v, %v", stored, ok, err)
		}
	}
	if ok, err := h.verify(t.Context(), "", ""); ok || err != nil {
		t.Errorf("no hash at all: %v, %v", ok, err)
	}
}
