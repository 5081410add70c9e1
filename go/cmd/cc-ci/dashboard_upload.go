package main

import (
	"net/http"

	"coopcloud.tech/cc-ci/internal/store"
	"coopcloud.tech/cc-ci/internal/web"
)

// receiver puts uploads into the store; nil where they are not taken.
func (f *dashboardFlags) receiver() (web.Receiver, error) {
	if f.keys == "" {
		return nil, nil
	}
	keys, err := store.ReadKeys(f.keys)
	if err != nil {
		return nil, usagef("dashboard: --upload-keys: %w", err)
	}
	s, err := store.Open(f.store)
	if err != nil {
		return nil, err
	}
	return func(r *http.Request) (int, error) { return s.Receive(r, keys) }, nil
}
