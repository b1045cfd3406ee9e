package local

import (
	"log/slog"
	"path/filepath"
	"time"
)

// DefaultMirror serves Postgres for machines that have none: Maven Central, where the embedded-postgres-binaries
// project publishes small builds of the official sources.
const DefaultMirror = "https://repo1.maven.org/maven2"

// oldest is the first major version whose SQL the hub may rely on.
const oldest = 14

// Config says where a private Postgres lives. Only DataDir is needed.
type Config struct {
	// DataDir is the hub's data directory. The cluster is DataDir/postgres, the lock DataDir/lock, the socket
	// DataDir/run (or, when that path is too long for a socket, the directory named in DataDir/run.path).
	DataDir string

	// Mirror is the base URL in front of io/zonky/…, used when this machine has no Postgres. Empty: DefaultMirror.
	Mirror string

	// CacheDir keeps what was fetched. Empty: senet/ in the user's cache directory, /var/cache/senet for root.
	CacheDir string

	// NoSync makes a throwaway cluster for tests: nothing is flushed to disk, no autovacuum, small WAL files, and
	// it drops everything at once when its parent dies. A power cut destroys it.
	NoSync bool

	// Settings are Postgres settings put over the hub's own choice, such as shared_buffers.
	Settings map[string]string

	// Logger gets what Postgres says. Texts of statements and values of rows are kept out of it. Nil: nowhere.
	Logger *slog.Logger

	roots   []string      // globs of directories that hold server binaries; nil: PATH and the usual places
	retry   time.Duration // first pause between attempts to fetch, and between restarts; 0: half a second
	fetches int           // attempts to fetch; 0: three
}

func (c Config) withDefaults() Config {
	if c.Mirror == "" {
		c.Mirror = DefaultMirror
	}
	if c.CacheDir == "" {
		c.CacheDir = defaultCacheDir()
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.retry == 0 {
		c.retry = 500 * time.Millisecond
	}
	if c.fetches == 0 {
		c.fetches = 3
	}
	return c
}

func (c Config) clusterDir() string { return filepath.Join(c.DataDir, "postgres") }

// settings returns what Postgres is started with; command-line settings win over the cluster's own files.
func (c Config) settings(socketDir string) map[string]string {
	s := map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": socketDir,
		"unix_socket_permissions": "0700",
		"port":                    port,
		"cluster_name":            "senet",
		"max_connections":         "100",
		"shared_buffers":          "128MB",
		"jit":                     "off", // compiling costs more than any query of the hub takes
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"random_page_cost":        "1.1",
		"log_destination":         "stderr",
		"logging_collector":       "off",
		"log_line_prefix":         "",
		"log_checkpoints":         "off",
		"log_error_verbosity":     "terse", // the details hold values of rows
		"log_min_error_statement": "panic", // and so do statements
		"lc_messages":             "C",
	}
	if c.NoSync {
		s["fsync"] = "off"
		s["synchronous_commit"] = "off"
		s["full_page_writes"] = "off"
		s["autovacuum"] = "off"
		s["wal_level"] = "minimal"
		s["max_wal_senders"] = "0"
		s["min_wal_size"] = "2MB"
		s["wal_recycle"] = "off"
		s["wal_init_zero"] = "off"
		s["shared_buffers"] = "32MB"
		s["checkpoint_timeout"] = "1h"
	}
	for k, v := range c.Settings {
		s[k] = v
	}
	return s
}
