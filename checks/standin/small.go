package main

import (
	"net/http"
	"os"
)

// static plays static-web-server: files of the folder ROOT, and 404 for all else. Its image has no shell.
func static(store) (http.Handler, error) {
	root, err := os.OpenRoot(setting("ROOT", "/public"))
	if err != nil {
		return nil, err
	}
	return http.FileServerFS(root.FS()), nil
}

// collabora plays Collabora's discovery, by which an office backend finds it.
func collabora(store) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("OK")) })
	mux.HandleFunc("GET /hosting/discovery", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte(`<?xml version="1.0"?><wopi-discovery><net-zone name="external-https"><app name="text/plain"><action ext="txt" name="edit" urlsrc="https://` + r.Host + `/browser/cool.html?"/></app></net-zone></wopi-discovery>`))
	})
	return mux, nil
}
