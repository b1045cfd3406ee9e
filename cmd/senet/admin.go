package main

import (
	"context"
	"errors"
)

func admin(ctx context.Context, c console, args []string) error { return errors.New("soon") }
