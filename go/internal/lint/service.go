package lint

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"coopcloud.tech/cc-ci/internal/recipe"
)

// The engine's limit for the names of secrets and configs (contract section 6), and what
// an ordinary domain needs of it.
const (
	maxObject  = 64
	ampleStack = 32
)

func nameTooLong(in Input, add Add) {
	long := func(kind, key, name string) {
		short := strings.TrimPrefix(name, in.Facts.Stack+"_")
		if room := maxObject - 1 - len(short); room < ampleStack {
			add(kind+" "+key, "%s is %d characters long, so that a domain can have %d", short, len(short), max(room, 0))
		}
	}
	for _, s := range in.Facts.Secrets {
		long("secret", s.Key, s.Name)
	}
	for _, c := range in.Facts.Configs {
		long("config", c.Key, c.Name)
	}
}

var (
	versioned = regexp.MustCompile(`\d`)
	moving    = regexp.MustCompile(`^v?\d+(\.\d+)?$`)
)

func imageUnpinned(in Input, add Add) {
	eachImage(in.Facts, func(s recipe.Service, tag string) {
		if !versioned.MatchString(tag) {
			add("service "+s.Name, "image %s", s.Image)
		}
	})
}

func imageMoving(in Input, add Add) {
	eachImage(in.Facts, func(s recipe.Service, tag string) {
		if moving.MatchString(tag) {
			add("service "+s.Name, "image %s", s.Image)
		}
	})
}

// eachImage visits every image that is not pinned by a digest, with its tag ("" for none).
func eachImage(f *recipe.Facts, visit func(s recipe.Service, tag string)) {
	for _, s := range f.Services {
		if strings.Contains(s.Image, "@") {
			continue
		}
		last := s.Image[strings.LastIndexByte(s.Image, '/')+1:] // a registry's port is no tag
		_, tag, _ := strings.Cut(last, ":")
		visit(s, tag)
	}
}

func serviceOff(in Input, add Add) {
	for _, s := range in.Facts.Config.Services {
		if s.Deploy.Replicas != nil && *s.Deploy.Replicas == 0 {
			add("service "+s.Name, "replicas: 0")
		}
	}
}

func noHealthCheck(in Input, add Add) {
	for _, r := range in.Facts.Routers {
		if s, ok := in.Facts.Service(r.Service); ok && !s.HealthCheck {
			add("service "+s.Name, "none, and the router %s leads to it", r.Name)
		}
	}
}

// An engine runs a health check for the first time after one interval; engines before
// 25 know no shorter one for the start.
const usualInterval = 30 * time.Second

func slowerThanTimeout(in Input, add Add) {
	seconds, err := strconv.Atoi(in.Facts.Timeout)
	if err != nil || in.Facts.Config == nil {
		return
	}
	for _, s := range in.Facts.Config.Services {
		if own, ok := in.Facts.Service(s.Name); !ok || !own.HealthCheck {
			continue
		}
		first := usualInterval
		if s.HealthCheck.Interval != nil {
			first = time.Duration(*s.HealthCheck.Interval)
		}
		if limit := time.Duration(seconds) * time.Second; limit <= first {
			add("service "+s.Name, "timeout=%d, and its first health check runs after %s", seconds, first)
		}
	}
}
