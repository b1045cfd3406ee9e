package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
)

// residentBytes is how much memory this process holds after garbage is gone.
func residentBytes() (float64, error) {
	for range 3 { // finalisers and pools need more than one round
		debug.FreeOSMemory()
	}
	b, err := os.ReadFile("/proc/self/smaps_rollup")
	if errors.Is(err, os.ErrNotExist) { // not Linux: as the runtime sees it
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.Sys - m.HeapReleased), nil
	}
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte("Rss:")); ok {
			kB, err := strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
			return kB * 1024, err
		}
	}
	return 0, errors.New("smaps_rollup has no Rss")
}

var profiling struct {
	sync.Mutex
	file *os.File
}

// profile begins a CPU profile in that file, or ends it when path is empty.
func profile(path string) error {
	profiling.Lock()
	defer profiling.Unlock()
	if path == "" {
		if profiling.file == nil {
			return nil
		}
		pprof.StopCPUProfile()
		err := profiling.file.Close()
		profiling.file = nil
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	profiling.file = f
	return pprof.StartCPUProfile(f)
}

// heapProfile writes what is alive into that file.
func heapProfile(path string) error {
	runtime.GC()
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}
