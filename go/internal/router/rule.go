package router

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// matcher tells whether a request for host and path is meant.
type matcher func(host, path string) bool

// parseRule reads a router's rule, which has the grammar of a Go expression:
// Host(`a`) || Host(`b`) && PathPrefix(`/c`). A Host with several names, as Traefik 2
// had it, means any of them. Errors name what isn't understood.
func parseRule(rule string) (matcher, error) {
	e, err := parser.ParseExpr(rule)
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w", rule, err)
	}
	m, err := compile(e)
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w", rule, err)
	}
	return m, nil
}

func compile(e ast.Expr) (matcher, error) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return compile(e.X)
	case *ast.CallExpr:
		return compileCall(e)
	case *ast.BinaryExpr:
		left, err := compile(e.X)
		if err != nil {
			return nil, err
		}
		right, err := compile(e.Y)
		if err != nil {
			return nil, err
		}
		switch e.Op {
		case token.LAND:
			return func(h, p string) bool { return left(h, p) && right(h, p) }, nil
		case token.LOR:
			return func(h, p string) bool { return left(h, p) || right(h, p) }, nil
		}
		return nil, fmt.Errorf("expected && or ||, found %s", e.Op)
	}
	return nil, fmt.Errorf("expected Host or PathPrefix, found %T", e)
}

func compileCall(call *ast.CallExpr) (matcher, error) {
	name, _ := call.Fun.(*ast.Ident)
	if name == nil {
		return nil, fmt.Errorf("expected the name of a matcher, found %T", call.Fun)
	}
	args, err := literals(call.Args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name.Name, err)
	}
	switch name.Name {
	case "Host":
		return func(host, _ string) bool {
			return slices.ContainsFunc(args, func(a string) bool { return strings.EqualFold(a, host) })
		}, nil
	case "PathPrefix":
		return func(_, path string) bool {
			return slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(path, a) })
		}, nil
	}
	return nil, fmt.Errorf("expected Host or PathPrefix, found %s", name.Name)
}

func literals(args []ast.Expr) ([]string, error) {
	var values []string
	for _, a := range args {
		lit, ok := a.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return nil, fmt.Errorf("expected text in quotes, found %T", a)
		}
		v, err := strconv.Unquote(lit.Value)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("expected text in quotes, found nothing")
	}
	return values, nil
}
