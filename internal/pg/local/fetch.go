package local

import (
	"context"
	"errors"
)

func fetch(ctx context.Context, cfg Config, major int) (string, error) {
	return "", errors.New("fetch: not yet")
}
