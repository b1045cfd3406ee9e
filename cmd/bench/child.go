package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// childArg makes this program a server that is measured, told what to do over its standard input.
const childArg = "child"

// spec is the first thing a child is told.
type spec struct {
	Mode  string // "hub", "static", "raw", "echo"
	World world
	Files []string // bytes to serve
}

// order is something to be done; answer says how it went.
type order struct {
	Do      string
	N       int     // how many
	Size    int     // bytes of a body
	Seconds float64 // how long
	Path    string
}

type answer struct {
	Addr  string  `json:",omitempty"` // of the first answer: where the server listens
	Value float64 `json:",omitempty"`
	Error string  `json:",omitempty"`
}

// child is a server in a process of its own.
type child struct {
	Addr string
	cmd  *exec.Cmd
	in   io.WriteCloser
	enc  *json.Encoder
	out  *json.Decoder
}

// start starts a server and returns when it answers. It ends with stop, and when this process ends.
func (b *bench) start(s spec) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s.World = b.world
	c := &child{cmd: exec.Command(self, childArg)}
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Mode, err)
	}
	c.enc, c.out = json.NewEncoder(c.in), json.NewDecoder(bufio.NewReader(out))
	first, err := c.tell(s)
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("start %s: %w", s.Mode, err)
	}
	c.Addr = first.Addr
	return c, nil
}

// ask has the child do something and returns the value of it.
func (c *child) ask(o order) (float64, error) {
	a, err := c.tell(o)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", o.Do, err)
	}
	return a.Value, nil
}

func (c *child) tell(what any) (answer, error) {
	var a answer
	if err := c.enc.Encode(what); err != nil {
		return a, err
	}
	if err := c.out.Decode(&a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// stop ends the child in good order, or after ten seconds at once.
func (c *child) stop() {
	c.in.Close()
	late := time.AfterFunc(10*time.Second, func() { c.cmd.Process.Kill() })
	defer late.Stop()
	_ = c.cmd.Wait()
}

// server is what a child runs: addr is where it listens, do carries out orders, close ends it.
type server struct {
	addr  string
	do    func(context.Context, order) (float64, error)
	close func()
}

var modes = map[string]func(context.Context, spec) (*server, error){
	"hub": hubServer, "static": staticServer, "raw": rawServer, "echo": echoServer,
}

// childMain is the other side: it serves until its input ends.
func childMain() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
	var s spec
	if err := in.Decode(&s); err != nil {
		return 1
	}
	srv, err := modes[s.Mode](ctx, s)
	if err != nil {
		_ = out.Encode(answer{Error: err.Error()})
		return 1
	}
	defer srv.close()
	_ = out.Encode(answer{Addr: srv.addr})
	for {
		var o order
		if err := in.Decode(&o); err != nil {
			return 0
		}
		var a answer
		if a.Value, err = carryOut(ctx, srv, o); err != nil {
			a.Error = err.Error()
		}
		_ = out.Encode(a)
	}
}

// carryOut does what every child can, and leaves the rest to the server.
func carryOut(ctx context.Context, srv *server, o order) (float64, error) {
	switch o.Do {
	case "memory":
		return residentBytes()
	case "profile":
		return 0, profile(o.Path)
	case "heap":
		return 0, heapProfile(o.Path)
	}
	if srv.do == nil {
		return 0, errors.New("unknown order")
	}
	return srv.do(ctx, o)
}
