package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/pg/local"
)

// template is the database that every other is cloned from; nobody connects to it.
const template = "senet_template"

// startTimeout bounds a start together with the wait for another binary that is just making the template.
const startTimeout = 2 * time.Minute

// cluster is a running Postgres with a migrated database senet and a template of it.
type cluster struct {
	url    string
	clones atomic.Int64

	mu    sync.Mutex
	admin *pgx.Conn
	how   string // the fastest way to clone that this version has
}

func startCluster() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	dir, err := makeScratch()
	if err != nil {
		return nil, err
	}
	major, err := copyTemplate(ctx, filepath.Join(dir, "postgres"))
	if err != nil {
		removeScratch(dir)
		return nil, err
	}
	srv, err := local.Start(ctx, config(dir))
	if err != nil {
		removeScratch(dir)
		return nil, err
	}
	if err := reap(dir); err != nil {
		return nil, err
	}
	c := &cluster{url: srv.URL()}
	if major >= 15 {
		c.how = " strategy = file_copy"
	}
	if c.admin, err = pgx.Connect(ctx, c.url); err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return c, nil
}

func config(dir string) local.Config {
	return local.Config{DataDir: dir, NoSync: true, Settings: map[string]string{"max_connections": "200"}}
}

// clone makes a database and returns how to reach and to drop it.
func (c *cluster) clone(ctx context.Context) (string, func(context.Context) error, error) {
	name := fmt.Sprintf("test_%d", c.clones.Add(1))
	if err := c.exec(ctx, "create database "+name+" template = "+template+c.how); err != nil {
		return "", nil, fmt.Errorf("clone database: %w", err)
	}
	u, err := url.Parse(c.url)
	if err != nil {
		return "", nil, fmt.Errorf("read url: %w", err)
	}
	u.Path = "/" + name
	drop := func(ctx context.Context) error { return c.exec(ctx, "drop database "+name+" with (force)") }
	return u.String(), drop, nil
}

func (c *cluster) exec(ctx context.Context, sql string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.admin.IsClosed() { // a test that is cut short takes the connection with it
		conn, err := pgx.Connect(ctx, c.url)
		if err != nil {
			return err
		}
		c.admin = conn
	}
	_, err := c.admin.Exec(ctx, sql)
	return err
}
