package local

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is whom Postgres runs as. Postgres refuses to run as root, so root's hub steps down to another user.
type owner struct {
	uid, gid uint32
	drop     bool // this process is root and must step down
}

// ownerOf chooses the user for a cluster: the hub's own; for root, whoever owns the cluster already, else the
// system's postgres or nobody.
func ownerOf(clusterDir string) (owner, error) {
	o := runner()
	st, exists := statOwner(clusterDir)
	if !exists {
		return o, nil
	}
	if !o.drop && st.uid != o.uid {
		return owner{}, fmt.Errorf("local: %s belongs to user %d, not to the user that runs senet (%d)", clusterDir, st.uid, o.uid)
	}
	if o.drop && st.uid != 0 {
		return owner{uid: st.uid, gid: st.gid, drop: true}, nil
	}
	return o, nil
}

// runner is whom a new cluster is made for.
func runner() owner {
	if os.Geteuid() == 0 {
		return unprivileged()
	}
	return owner{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
}

func statOwner(dir string) (owner, bool) {
	info, err := os.Stat(dir)
	if err != nil {
		return owner{}, false
	}
	st := info.Sys().(*syscall.Stat_t)
	return owner{uid: st.Uid, gid: st.Gid}, true
}

func unprivileged() owner {
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil && uid != 0 {
			return owner{uid: uint32(uid), gid: uint32(gid), drop: true}
		}
	}
	return owner{uid: 65534, gid: 65534, drop: true}
}

// take gives a directory and all in it to the owner. Only root can, and only root needs to.
func (o owner) take(dir string) error {
	if !o.drop {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(o.uid), int(o.gid))
	})
}
