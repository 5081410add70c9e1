package main

import "net/url"

// isAddress tells whether a flag is the address of a server of the operator's: https://host or http://host, without a
// name or password, which would show in the list of processes.
func isAddress(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http")
}
