package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// world is what the torture needs of the hub: rooms, and administrators' tokens, which have no rate limits.
type world struct {
	hub    *hub
	rooms  []int64
	tokens []string
}

const speakingAs = 4 // members who share the speaking

func newWorld(ctx context.Context, h *hub, p plan) (*world, error) {
	w := &world{hub: h}
	for i := range speakingAs {
		email := fmt.Sprintf("torture-%d@example.org", i)
		if _, err := h.command(ctx, "", "admin", "create", "--email", email, "--name", fmt.Sprintf("Torture %d", i), "--role", "admin"); err != nil {
			return nil, err
		}
		token, err := h.command(ctx, "", "admin", "token", "--email", email)
		if err != nil {
			return nil, err
		}
		w.tokens = append(w.tokens, token)
	}
	var challenges struct {
		Items []struct {
			RoomID int64 `json:"room_id"`
		}
	}
	if err := call(ctx, http.DefaultClient, "GET", "http://"+h.addr+"/api/v1/challenges", "", nil, &challenges); err != nil {
		return nil, err
	}
	for _, c := range challenges.Items {
		if c.RoomID != 0 && len(w.rooms) < p.Rooms {
			w.rooms = append(w.rooms, c.RoomID)
		}
	}
	if len(w.rooms) < p.Rooms {
		return nil, fmt.Errorf("the demo has %d rooms only", len(w.rooms))
	}
	return w, nil
}

// refused is an answer that is no success.
type refused struct {
	status int
	body   string
}

func (r *refused) Error() string { return fmt.Sprintf("%d: %s", r.status, r.body) }

// call is one call of the API.
func call(ctx context.Context, client *http.Client, method, url, token string, body, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, in)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return &refused{resp.StatusCode, string(all)}
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(all, answer)
}
