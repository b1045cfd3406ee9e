// Command torture holds the room log to its promise. It starts a hub as its operator does, with the demo, and has many clients
// follow and speak in its rooms through a proxy that is slow and cuts connections, while it kills clients and the hub itself.
// In the end it lets everybody come to rest and compares what each client was told with what stands in Postgres: nothing may
// be missing, twice, out of order or different, and what was acknowledged is there exactly once.
//
//	go run ./cmd/torture                       ten minutes, 1,000 clients
//	go run ./cmd/torture -clients 60 -time 20s
//
// It uses nothing but what outside programs may rely on: the command line, the socket, the API, and the database to compare.
// It exits with 0 when the promise was kept, 1 when not, 2 when it was used wrongly.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// plan is how hard it gets.
type plan struct {
	Program  string        // the hub's; empty: it is built
	Clients  int           // who follow
	Speakers int           // who say something, about once a second each
	Rooms    int           // among which they are spread
	Time     time.Duration // of chaos
	Delay    time.Duration // added by the proxy, each way
	Lifetime time.Duration // of a connection through the proxy and of a client's patience, on average
	Restart  time.Duration // between two ends of the hub, on average
}

func main() {
	var p plan
	flag.StringVar(&p.Program, "senet", "", "the hub's program; built when left out")
	flag.IntVar(&p.Clients, "clients", 1000, "who follow the rooms")
	flag.IntVar(&p.Speakers, "speakers", 24, "who speak in them")
	flag.IntVar(&p.Rooms, "rooms", 4, "how many rooms")
	flag.DurationVar(&p.Time, "time", 10*time.Minute, "how long")
	flag.DurationVar(&p.Delay, "delay", 150*time.Millisecond, "what the proxy adds each way")
	flag.DurationVar(&p.Lifetime, "lifetime", time.Minute, "mean life of a connection")
	flag.DurationVar(&p.Restart, "restart", 45*time.Second, "mean time between two ends of the hub")
	flag.Parse()
	if flag.NArg() > 0 || p.Clients < 1 || p.Speakers < 1 || p.Rooms < 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	kept, err := torture(ctx, p, func(format string, args ...any) { fmt.Fprintf(os.Stderr, "torture: "+format+"\n", args...) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
	}
	if err != nil || !kept {
		os.Exit(1)
	}
}

// torture runs the plan and prints what came of it; kept reports whether every promise was.
func torture(ctx context.Context, p plan, say func(string, ...any)) (kept bool, err error) {
	say("%d clients, %d speakers, %d rooms, %v", p.Clients, p.Speakers, p.Rooms, p.Time)
	hub, err := newHub(ctx, p.Program)
	if err != nil {
		return false, err
	}
	defer hub.remove()
	w, err := newWorld(ctx, hub, p)
	if err != nil {
		return false, err
	}
	proxy, err := newProxy(hub.addr, p.Delay, p.Lifetime)
	if err != nil {
		return false, err
	}
	defer proxy.close()
	c := newCrowd(w, proxy, p)
	c.start(ctx)
	say("the rooms are full")

	chaos, calm := context.WithTimeout(ctx, p.Time)
	go c.report(chaos, say)
	c.disturb(chaos, hub, say)
	calm()
	proxy.calm()
	say("the storm is over; all come to rest")
	if err := hub.revive(ctx); err != nil {
		return false, err
	}
	c.finish(ctx, say)
	return c.compare(ctx, os.Stdout)
}
