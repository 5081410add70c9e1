// Notes is a small web app that cc-ci's demo and tests deploy: login, notes in a
// database file, files, a health endpoint, a dump for backups. It is one static
// program that runs alone in an image made from nothing.
//
//	notes                 serve
//	notes healthcheck     ask the running server; for the container's health check
//	notes dump FILE       write a backup of the notes; for a backup's pre-hook
//	notes load FILE       replace the notes by a backup; for a restore's post-hook
//
// Its version is set when it is built (-X main.version=2.0.0) and decides what it
// can do. Version 1 keeps text, version 2 adds tags, version 3 finds notes by tag
// and keeps sessions over a restart (it needs the secret session_key). Each
// migrates the data of the version before it and no older one.
//
// Settings come from the environment, each with a default: config.go.
package main

import (
	"fmt"
	"os"
)

var version = "3.0.0"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "notes:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return serve(c)
	case len(args) == 1 && args[0] == "healthcheck":
		return healthcheck(c)
	case len(args) == 2 && args[0] == "dump":
		return dump(c, args[1])
	case len(args) == 2 && args[0] == "load":
		return load(c, args[1])
	}
	return fmt.Errorf("unknown command %q (notes [healthcheck | dump FILE | load FILE])", args)
}
