package recipe

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Router is one Traefik router that a service's labels declare.
type Router struct {
	Name        string
	Protocol    string // "http", "tcp" or "udp"
	Service     string // the compose service with the label
	Rule        string
	Hosts       []string // arguments of Host and HostSNI, lower case
	Entrypoints []string
	Passthrough bool   // TLS ends in the app
	Port        string // the load balancer's port, where the labels name one
	Labels      map[string]string
}

// parseRouters reads the routers of one service's deploy labels, by name. Traefik takes
// label keys in any case, so they are compared in lower case.
func parseRouters(service string, labels map[string]string) []Router {
	byName := map[string]*Router{}
	lower := map[string]string{}
	for key, value := range labels {
		lower[strings.ToLower(key)] = value
	}
	for key, value := range lower {
		part, _ := TraefikKey(key)
		if len(part) < 4 || part[0] != "traefik" || part[2] != "routers" {
			continue
		}
		id := part[1] + "/" + part[3]
		r := byName[id]
		if r == nil {
			r = &Router{Name: part[3], Protocol: part[1], Service: service, Labels: map[string]string{}, Port: port(lower, part[1])}
			byName[id] = r
		}
		option := strings.Join(part[4:], ".")
		r.Labels[option] = value
		switch option {
		case "rule":
			r.Rule = value
			if rule, err := ParseRule(value); err == nil {
				r.Hosts = rule.Hosts()
			}
		case "entrypoints":
			r.Entrypoints = commaList(value)
		case "tls.passthrough":
			r.Passthrough = isTrue(value)
		}
	}
	var out []Router
	for _, id := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, *byName[id])
	}
	return out
}

func port(labels map[string]string, protocol string) string {
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		if strings.HasPrefix(key, "traefik."+protocol+".services.") && strings.HasSuffix(key, ".loadbalancer.server.port") {
			return labels[key]
		}
	}
	return ""
}

// Rule is a router rule. Traefik's rules have the grammar of Go expressions.
type Rule struct{ expr ast.Expr }

// maxRule bounds a rule; Traefik's own parser has no bound.
const maxRule = 8 << 10

// ParseRule reads a rule; an error is the parser's.
func ParseRule(s string) (Rule, error) {
	if len(s) > maxRule {
		return Rule{}, strconv.ErrRange
	}
	expr, err := parser.ParseExpr(s)
	return Rule{expr}, err
}

// Hosts gives every argument of Host and HostSNI, in order, lower case.
func (r Rule) Hosts() []string {
	var hosts []string
	ast.Inspect(r.expr, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if args, ok := hostCall(call); ok {
				hosts = append(hosts, args...)
			}
		}
		return true
	})
	return hosts
}

// Bounded tells whether nothing but requests for allowed hosts can match: each
// alternative must have a Host or HostSNI whose arguments are all allowed. A
// negation bounds nothing, nor does a regular expression.
func (r Rule) Bounded(allowed func(host string) bool) bool { return bounded(r.expr, allowed) }

func bounded(e ast.Expr, allowed func(string) bool) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return bounded(e.X, allowed)
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND:
			return bounded(e.X, allowed) || bounded(e.Y, allowed)
		case token.LOR:
			return bounded(e.X, allowed) && bounded(e.Y, allowed)
		}
	case *ast.CallExpr:
		hosts, ok := hostCall(e)
		return ok && len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h string) bool { return !allowed(h) })
	}
	return false
}

// hostCall gives the arguments of Host(...) or HostSNI(...); it is not ok for any
// other call, or where an argument is no literal.
func hostCall(call *ast.CallExpr) ([]string, bool) {
	name, ok := call.Fun.(*ast.Ident)
	if !ok || !strings.EqualFold(name.Name, "Host") && !strings.EqualFold(name.Name, "HostSNI") {
		return nil, false
	}
	var hosts []string
	for _, a := range call.Args {
		lit, ok := a.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return nil, false
		}
		host, err := strconv.Unquote(lit.Value)
		if err != nil {
			return nil, false
		}
		hosts = append(hosts, strings.ToLower(strings.TrimSuffix(strings.TrimSpace(host), ".")))
	}
	return hosts, true
}
