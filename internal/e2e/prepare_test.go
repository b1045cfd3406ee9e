package e2e

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"senet/internal/httpx"
)

// command is a command of the protocol that answers nothing of interest, as a step.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// prepare makes a window as the setting wants it.
func prepare(s setting, origin string) chromedp.Action[chromedp.Void] {
	width := s.width
	if width == 0 {
		width = 1280
	}
	steps := []chromedp.Action[chromedp.Void]{command(network.Enable, network.EnableParams{}), screen(width, 900, "light")}
	if s.noScript {
		steps = append(steps, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
	if s.as != nil {
		steps = append(steps, command(network.SetCookie, network.SetCookieParams{Name: httpx.SessionCookie, Value: s.as.session, URL: origin,
			HTTPOnly: new(true)}))
	}
	return chromedp.Steps(steps...)
}

// request is a command of the protocol as an action that answers.
func request[P, R any](c cdp.Command[P, R], params P) chromedp.Action[R] {
	return func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, params) }
}

// screen makes the window's screen a phone's or a desk's, in a theme of the system: light or dark.
func screen(width, height int64, theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height,
			DeviceScaleFactor: 1, Mobile: width < 600}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}),
	)
}

// insertText types text where the cursor is, as an input method or a keyboard would have put it there.
func insertText(text string) chromedp.Action[chromedp.Void] {
	return command(input.InsertText, input.InsertTextParams{Text: text})
}

// offline has the browser believe that its device has no network, or has one again.
func offline(is bool) chromedp.Action[chromedp.Void] {
	return command(network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: is, DownloadThroughput: -1, UploadThroughput: -1})
}

// evaluateQuietly runs a script whose value and failure do not matter.
func evaluateQuietly(js string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, _ = chromedp.Evaluate[chromedp.Void]("void ("+js+")")(ctx, t)
		return chromedp.Void{}, nil
	}
}

// untilGo waits for a condition outside the page.
func (w *window) untilGo(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.After(patienceAWindow)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			w.fail("wait until "+what, fmt.Errorf("it never came"))
		case <-tick.C:
		}
	}
}
