package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// reader is somebody who reads the thread.
type reader struct {
	what   string
	header string
	wanted float64 // of the static page's rate; 0: only told
}

// thread is the page of a thread with 30 posts, against a static page of the same bytes on the same Fiber.
func (b *bench) thread(context.Context) ([]row, error) {
	cookie := "Cookie: senet_session=" + b.world.Session + "\r\n"
	readers := []reader{
		{"30 posts, visitor", "", 0.6},
		{"30 posts, signed in", cookie, 0.2},
		{"30 posts, visitor, br", "Accept-Encoding: br\r\n", 0},
		{"30 posts, signed in, br", cookie + "Accept-Encoding: br\r\n", 0},
	}
	hub, err := b.start(spec{Mode: "hub"})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	path := "/en" + b.world.Thread
	s := spec{Mode: "static"}
	for i, rd := range readers[:2] {
		file := filepath.Join(b.dir, "page-"+strconv.Itoa(i))
		if err := download("http://"+hub.Addr+path, rd.header, file); err != nil {
			return nil, err
		}
		s.Files = append(s.Files, file)
	}
	floor, err := b.start(s)
	if err != nil {
		return nil, err
	}
	defer floor.stop()

	long, rounds := pick(b, 700*time.Millisecond, 300*time.Millisecond), pick(b, 13, 7)
	var rows []row
	for i, rd := range readers {
		real := load{addr: hub.Addr, path: path, header: rd.header, conns: 64}
		static := load{addr: floor.Addr, path: "/" + strconv.Itoa(i%2), conns: 64}
		if _, err := real.rate(300 * time.Millisecond); err != nil { // caches and pools fill
			return rows, err
		}
		got, err := alternate(rounds,
			func() (float64, error) { return real.rate(long) },
			func() (float64, error) { return static.rate(long) })
		if err != nil {
			return rows, err
		}
		r := against(rd.what, "req/s", got[0], got[1])
		if rd.wanted > 0 {
			r = r.atLeast(rd.wanted)
		}
		rows = append(rows, r)
		err = b.profiled(hub, fmt.Sprintf("thread-%d", i), func() error {
			_, err := real.rate(4 * time.Second)
			return err
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// profiled runs f again with a CPU profile of the hub, when one is wanted.
func (b *bench) profiled(hub *child, name string, f func() error) error {
	if b.profile == "" {
		return nil
	}
	if _, err := hub.ask(order{Do: "profile", Path: filepath.Join(b.profile, name+".pprof")}); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	_, err := hub.ask(order{Do: "profile"})
	return err
}

// download keeps the bytes of a page, as they come without any compression.
func download(url, header, file string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if name, value, ok := strings.Cut(strings.TrimSpace(header), ": "); ok {
		req.Header.Set(name, value)
	}
	resp, err := (&http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableCompression: true}}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	return os.WriteFile(file, body, 0o600)
}
