package local

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStart_fromNothing(t *testing.T) {
	dir := filepath.Join(scratch(t), "not", "there", "yet")
	begin := time.Now()
	srv := mustStart(t, Config{DataDir: dir})
	for sql, want := range map[string]string{
		"select current_database() || ' ' || current_user":  "senet senet",
		"show listen_addresses":                             "",
		"show fsync":                                        "on",
		"show data_checksums":                               "on",
		"show server_encoding":                              "UTF8",
		"show timezone":                                     "UTC",
		"select coalesce(host(inet_server_addr()), 'unix')": "unix",
	} {
		if got := query(t, srv.URL(), sql); got != want {
			t.Errorf("%s: got %q, want %q", sql, got, want)
		}
	}
	t.Logf("from nothing to the last of these queries: %v", time.Since(begin))
	if mode := mustStat(t, srv.dir).Mode().Perm(); mode != 0o700 {
		t.Errorf("socket directory has mode %o, want 700", mode)
	}
	if mode := mustStat(t, srv.cluster.dir).Mode().Perm(); mode != 0o700 {
		t.Errorf("cluster has mode %o, want 700", mode)
	}
}

func TestStart_noTCPListener(t *testing.T) {
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Skip("needs /proc")
	}
	srv := mustStart(t, Config{DataDir: dataDir(t), NoSync: true})
	pid := postmasterPid(t, srv)
	sockets := map[string]bool{}
	fds, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	if err != nil || len(fds) == 0 {
		t.Fatalf("list open files of %d: %v", pid, err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[strings.Trim(to, "socket:[]")] = true
		}
	}
	if len(sockets) == 0 {
		t.Fatal("the server has no socket at all")
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(b), "\n") {
			if f := strings.Fields(line); len(f) > 9 && sockets[f[9]] {
				t.Errorf("the server has a TCP socket: %s", line)
			}
		}
	}
}

func TestStart_existing(t *testing.T) {
	dir := dataDir(t)
	srv := mustStart(t, Config{DataDir: dir})
	mustExec(t, srv.URL(), "create table kept as select 'yes' as word")
	if err := srv.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	srv = mustStart(t, Config{DataDir: dir})
	if got := query(t, srv.URL(), "select word from kept"); got != "yes" {
		t.Errorf("got %q, want yes", got)
	}
	t.Logf("from an existing directory to the first query: %v", time.Since(begin))
}

// Root's directories are often closed to others: /root, a mktemp -d.
func TestStart_closedParent(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	closed := filepath.Join(scratch(t), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	srv := mustStart(t, Config{DataDir: filepath.Join(closed, "data"), NoSync: true})
	if got := query(t, srv.URL(), "select 'yes'"); got != "yes" {
		t.Errorf("got %q, want yes", got)
	}
	if mode := mustStat(t, closed).Mode().Perm(); mode != 0o700 {
		t.Errorf("the parent has mode %o now, want 700", mode)
	}
	st, ok := statOwner("/proc/" + strconv.Itoa(postmasterPid(t, srv)))
	if !ok || st.uid == 0 {
		t.Errorf("postgres runs as user %d, want anybody but root", st.uid)
	}
	if _, ok := statOwner(filepath.Join(closed, "data", "postgres", "PG_VERSION")); !ok {
		t.Error("the cluster is not in the data directory")
	}
}

func TestStart_keepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := dataDir(t)
	if err := (owner{uid: 4321, gid: 4321, drop: true}).take(filepath.Join(dir, "postgres")); err != nil {
		t.Fatal(err)
	}
	srv := mustStart(t, Config{DataDir: dir, NoSync: true})
	if st, _ := statOwner("/proc/" + strconv.Itoa(postmasterPid(t, srv))); st.uid != 4321 {
		t.Errorf("postgres runs as user %d, want the cluster's owner, 4321", st.uid)
	}
}

func TestStart_longPath(t *testing.T) {
	dir := filepath.Join(scratch(t), strings.Repeat("deep", 20), strings.Repeat("deeper", 10))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "postgres"), os.DirFS(filepath.Join(dataDir(t), "postgres"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	srv := mustStart(t, Config{DataDir: dir, NoSync: true})
	if u, ok := Find(dir); !ok || u != srv.URL() {
		t.Errorf("Find: got %q, %v, want %q", u, ok, srv.URL())
	}
	if err := srv.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{srv.dir, runPathFile(dir)} {
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s is left", left)
		}
	}
}

func TestStart_secondRefused(t *testing.T) {
	dir := dataDir(t)
	srv := mustStart(t, Config{DataDir: dir, NoSync: true})
	if _, err := Start(t.Context(), Config{DataDir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("second start: got %v, want ErrInUse", err)
	}
	if got := query(t, srv.URL(), "select 'yes'"); got != "yes" {
		t.Errorf("the first is disturbed: got %q", got)
	}
}

func TestStart_killedHub(t *testing.T) {
	dir := dataDir(t)
	hub := startHub(t, dir)
	u, ok := Find(dir)
	if !ok {
		t.Fatal("the hub's postgres is not found")
	}
	mustExec(t, u, "create table kept as select 'yes' as word")
	if err := hub.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = hub.Wait()

	// At once, while the old server may still be going down.
	srv := mustStart(t, Config{DataDir: dir})
	if got := query(t, srv.URL(), "select word from kept"); got != "yes" {
		t.Errorf("got %q, want yes", got)
	}
	if err := srv.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	hub = startHub(t, dir)
	if err := hub.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "postgres ends with its killed hub", func() bool {
		return len(serversIn(filepath.Join(dir, "postgres"), 0)) == 0
	})
	if _, ok := Find(dir); ok {
		t.Error("Find finds a postgres that is gone")
	}
}

func TestStart_afterKillOfAll(t *testing.T) {
	dir := dataDir(t)
	hub := startHub(t, dir)
	u, _ := Find(dir)
	mustExec(t, u, "create table kept as select 'yes' as word")
	syscall.Kill(hub.Process.Pid, syscall.SIGSTOP) // so that it does not start another
	for _, pid := range serversIn(filepath.Join(dir, "postgres"), 0) {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	if err := hub.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = hub.Wait()
	begin := time.Now()
	srv := mustStart(t, Config{DataDir: dir})
	if got := query(t, srv.URL(), "select word from kept"); got != "yes" {
		t.Errorf("got %q, want yes", got)
	}
	t.Logf("start after kill -9 of all: %v", time.Since(begin))
}

// In containers a stranger often has the number that postmaster.pid remembers.
func TestStart_strangerHasOldPid(t *testing.T) {
	dir := dataDir(t)
	cmd := exec.Command("cat")
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if o := runner(); o.drop {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: o.uid, Gid: o.gid}}
	}
	cmd.Dir = "/"
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	stale := strconv.Itoa(cmd.Process.Pid) + "\n/proc/self/fd/3\n1700000000\n5432\n/gone\n\n  1234567     12345\nready   \n"
	if err := os.WriteFile(filepath.Join(dir, "postgres", "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	mustStart(t, Config{DataDir: dir, NoSync: true})
	if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger was harmed: %v", err)
	}
}

func TestStart_foreignDirectory(t *testing.T) {
	dir := scratch(t)
	file := filepath.Join(dir, "postgres", "thesis.txt")
	if err := os.Mkdir(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{DataDir: dir}); err == nil {
		t.Error("started over somebody's files")
	}
	mustStat(t, file)
}

func TestStart_cancelled(t *testing.T) {
	dir := dataDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Start(ctx, Config{DataDir: dir, NoSync: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left := serversIn(filepath.Join(dir, "postgres"), 0); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	mustStart(t, Config{DataDir: dir, NoSync: true})
}

func TestStart_saysWhatPostgresSaid(t *testing.T) {
	_, err := Start(t.Context(), Config{DataDir: dataDir(t), Settings: map[string]string{"shared_buffers": "plenty"}})
	var failed *StartError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "plenty") {
		t.Errorf("got %v, want a StartError with the server's complaint", err)
	}
}

func TestServer_startsAgainAfterCrash(t *testing.T) {
	srv := mustStart(t, Config{DataDir: dataDir(t), retry: time.Millisecond})
	mustExec(t, srv.URL(), "create table kept as select 'yes' as word")
	for range 2 {
		pid := postmasterPid(t, srv)
		syscall.Kill(pid, syscall.SIGKILL)
		eventually(t, "another server", func() bool {
			m, ok := srv.cluster.readPostmaster()
			return ok && m.pid != pid && m.ready
		})
		if got := query(t, srv.URL(), "select word from kept"); got != "yes" {
			t.Errorf("got %q, want yes", got)
		}
	}
	select {
	case <-srv.Done():
		t.Error("Done is closed")
	default:
	}
}

func TestServer_givesUp(t *testing.T) {
	bin := openDir(t)
	broken := filepath.Join(bin, "broken")
	system := systemBinaries(t)
	script(t, bin, "initdb", `exec `+system.program("initdb")+` "$@"`)
	script(t, bin, "postgres", `[ -e `+broken+` ] && { echo "FATAL:  out of order"; exit 1; }; exec `+system.program("postgres")+` "$@"`)
	srv := mustStart(t, Config{DataDir: dataDir(t), NoSync: true, retry: time.Millisecond, roots: []string{bin}})
	if err := os.WriteFile(broken, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(postmasterPid(t, srv), syscall.SIGQUIT)
	select {
	case <-srv.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("did not give up")
	}
	if err := srv.Err(); err == nil || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("got %v, want the reason", err)
	}
}

func TestStop_inAHurry(t *testing.T) {
	srv := mustStart(t, Config{DataDir: dataDir(t)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := srv.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled or nil", err)
	}
	if err := srv.Err(); err != nil {
		t.Errorf("Err after Stop: %v", err)
	}
}

func TestFind(t *testing.T) {
	dir := dataDir(t)
	if u, ok := Find(dir); ok {
		t.Errorf("before the start: got %q", u)
	}
	srv := mustStart(t, Config{DataDir: dir, NoSync: true})
	if u, ok := Find(dir); !ok || u != srv.URL() {
		t.Errorf("got %q, %v, want %q", u, ok, srv.URL())
	}
	if err := srv.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if u, ok := Find(dir); ok {
		t.Errorf("after the stop: got %q", u)
	}
}

// After a reboot somebody else may have made a directory of the name that run.path remembers.
func TestFind_strangersDirectory(t *testing.T) {
	dir := dataDir(t)
	srv := mustStart(t, Config{DataDir: dir, NoSync: true})
	if err := os.Chmod(srv.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, ok := Find(dir); ok {
		t.Error("trusts a socket in a directory that is open to others")
	}
}

func postmasterPid(t *testing.T, srv *Server) int {
	t.Helper()
	m, ok := srv.cluster.readPostmaster()
	if !ok {
		t.Fatal("no postmaster.pid")
	}
	return m.pid
}

func mustStat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}
