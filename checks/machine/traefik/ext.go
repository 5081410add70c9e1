// Package ext stands in for Traefik's extension point of its dynamic configuration: a
// nested module that its published zip leaves out. Upstream's types are empty too.
package ext

// HTTP extends the HTTP configuration by nothing.
type HTTP struct{}

// Router extends a router by nothing.
type Router struct{}
