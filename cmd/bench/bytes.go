package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"golang.org/x/net/html"
)

// The limits of a first visit of a thread page.
const (
	visitKB       = 60 // of 1,000 bytes
	visitRequests = 6
)

// bytes is what a visitor's first visit of the thread costs: the page and everything it loads, bodies and response
// headers as they come over the wire. Modules that a script may load later, with import("…"), are told beside it for
// members, whose pages have the forms that need them.
func (b *bench) bytes(ctx context.Context) ([]row, error) {
	hub, err := b.start(spec{Mode: "hub"})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	var rows []row
	for _, encoding := range []string{"br", "gzip"} {
		for _, l := range locales {
			page := "http://" + hub.Addr + "/" + l + b.world.Thread
			v := newVisit(encoding, "")
			if err := v.load(ctx, page); err != nil {
				return rows, err
			}
			what := fmt.Sprintf("first visit, /%s/, %s", l, encoding)
			rows = append(rows,
				row{What: what, Unit: "kB", Value: v.kB()}.within(visitKB),
				row{What: what, Unit: "requests", Value: float64(len(v.seen))}.within(visitRequests))
		}
	}
	v := newVisit("br", "senet_session="+b.world.Session)
	if err := v.load(ctx, "http://"+hub.Addr+"/en"+b.world.Thread); err != nil {
		return rows, err
	}
	const what = "a member's, with all modules"
	return append(rows, row{What: what, Unit: "kB", Value: v.kB(), OK: true},
		row{What: what, Unit: "requests", Value: float64(len(v.seen)), OK: true}), nil
}

// visit loads a page as a browser without anything in its cache would.
type visit struct {
	client   http.Client
	encoding string
	cookie   string // "": a visitor, who loads nothing later
	seen     map[string]bool
	wire     *atomic.Int64 // bytes received
}

func newVisit(encoding, cookie string) *visit {
	v := &visit{encoding: encoding, cookie: cookie, seen: map[string]bool{}, wire: new(atomic.Int64)}
	var d net.Dialer
	v.client = http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := d.DialContext(ctx, network, addr)
			return countedConn{c, v.wire}, err
		},
	}}
	return v
}

type countedConn struct {
	net.Conn
	n *atomic.Int64
}

func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func (v *visit) kB() float64 { return float64(v.wire.Load()) / 1000 }

// load fetches an address and what it leads to. Another origin is an error: the hub never asks one.
func (v *visit) load(ctx context.Context, at string) error {
	if v.seen[at] {
		return nil
	}
	v.seen[at] = true
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", v.encoding)
	if v.cookie != "" {
		req.Header.Set("Cookie", v.cookie)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", at, resp.Status)
	}
	body, err := decode(raw, resp.Header.Get("Content-Encoding"))
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	for _, ref := range references(resp.Header.Get("Content-Type"), body, v.cookie != "") {
		to, err := resp.Request.URL.Parse(ref)
		if err != nil {
			return err
		}
		if to.Host != resp.Request.URL.Host {
			return fmt.Errorf("%s loads %s from another origin", at, to)
		}
		if err := v.load(ctx, withoutFragment(to)); err != nil {
			return err
		}
	}
	return nil
}

func withoutFragment(u *url.URL) string {
	c := *u
	c.Fragment = ""
	return c.String()
}

func decode(raw []byte, encoding string) ([]byte, error) {
	switch encoding {
	case "br":
		return io.ReadAll(brotli.NewReader(bytes.NewReader(raw)))
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(z)
	case "":
		return raw, nil
	}
	return nil, fmt.Errorf("encoding %s was not asked for", encoding)
}

var (
	moduleImport = regexp.MustCompile(`(?:\bfrom\s*|\bimport\s*(\(\s*)?)["']([^"']+)["']`)
	styleURL     = regexp.MustCompile(`(?:@import\s+|url\()\s*["']?([^"')]+)`)
)

// references are the addresses that a browser fetches because of a document; later adds what a script may ask for
// when it runs.
func references(contentType string, body []byte, later bool) []string {
	var refs []string
	switch {
	case strings.HasPrefix(contentType, "text/html"):
		return pageReferences(body)
	case strings.Contains(contentType, "javascript"):
		for _, m := range moduleImport.FindAllSubmatch(body, -1) {
			if len(m[1]) == 0 || later {
				refs = append(refs, string(m[2]))
			}
		}
	case strings.HasPrefix(contentType, "text/css"):
		for _, m := range styleURL.FindAllSubmatch(body, -1) {
			if !bytes.HasPrefix(m[1], []byte("data:")) {
				refs = append(refs, string(m[1]))
			}
		}
	}
	return refs
}

// loaded are the rel values of links that a browser follows by itself.
var loaded = map[string]bool{"stylesheet": true, "icon": true, "modulepreload": true, "preload": true, "manifest": true}

func pageReferences(body []byte) []string {
	var refs []string
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		if z.Next() == html.ErrorToken {
			return refs
		}
		t := z.Token()
		at := map[string]string{}
		for _, a := range t.Attr {
			at[a.Key] = a.Val
		}
		switch t.Data {
		case "link":
			if loaded[at["rel"]] {
				refs = append(refs, at["href"])
			}
		case "script", "img", "source", "iframe":
			if at["src"] != "" {
				refs = append(refs, at["src"])
			}
		}
	}
}
