package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func healthcheck(c config) error {
	_, port, err := net.SplitHostPort(c.listen)
	if err != nil {
		return fmt.Errorf("NOTES_LISTEN: %w", err)
	}
	client := &http.Client{Timeout: 3 * time.Second}
	res, err := client.Get("http://" + net.JoinHostPort("127.0.0.1", port) + "/healthz")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("health: expected status 200, found %s", res.Status)
	}
	return nil
}

// dump writes beside the target and renames: a broken dump never replaces a good one.
func dump(c config, path string) error {
	res, err := c.adminClient().Get("http://notes/dump")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	half := path + ".half"
	f, err := os.OpenFile(half, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, res.Body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("dump to %s: %w", path, err), os.Remove(half))
	}
	return os.Rename(half, path)
}

func load(c config, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	res, err := c.adminClient().Post("http://notes/load", "application/json", f)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(res.Body)
		return fmt.Errorf("load %s: %s", path, strings.TrimSpace(string(reason)))
	}
	return nil
}

// adminClient talks to the running server: it alone may open the database file.
func (c config) adminClient() *http.Client {
	return &http.Client{
		Timeout: 5 * time.Minute,
		Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", c.admin)
		}},
	}
}
