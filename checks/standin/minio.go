package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// minio plays an object store: buckets that must be made, objects in them, for whoever has the keys. Its requests are
// those of S3 by path; keys go as user and password, in place of S3's signatures.
func minio(s store) (http.Handler, error) {
	user, err := secret("minio_root_user")
	if err != nil {
		return nil, err
	}
	password, err := secret("minio_root_password")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /minio/health/live", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("PUT /{bucket}", func(w http.ResponseWriter, r *http.Request) {
		made(w, s.put("bucket", r.PathValue("bucket"), ""), http.StatusOK)
	})
	mux.HandleFunc("PUT /{bucket}/{key...}", func(w http.ResponseWriter, r *http.Request) {
		_, err := s.get("bucket", r.PathValue("bucket"))
		var content string
		if err == nil {
			content, err = text(r)
		}
		if err == nil {
			err = s.put("object", r.PathValue("bucket")+"/"+r.PathValue("key"), content)
		}
		made(w, err, http.StatusOK)
	})
	mux.HandleFunc("GET /{bucket}/{key...}", func(w http.ResponseWriter, r *http.Request) {
		content, err := s.get("object", r.PathValue("bucket")+"/"+r.PathValue("key"))
		if err != nil {
			fail(w, err)
			return
		}
		io.WriteString(w, content)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, p, _ := r.BasicAuth()
		if r.URL.Path != "/minio/health/live" && (u != user || p != password) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// remote is an object store as its clients know it.
type remote struct{ URL, User, Password string }

var storeClient = &http.Client{Timeout: 30 * time.Second}

func (c remote) ask(method, path string, content io.Reader) (string, error) {
	req, err := http.NewRequest(method, strings.TrimSuffix(c.URL, "/")+"/"+path, content)
	if err != nil {
		return "", err
	}
	req.SetBasicAuth(c.User, c.Password)
	res, err := storeClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	return string(b), err
}

// bucket is one bucket of the app's store, at S3_ENDPOINT.
type bucket struct {
	remote
	name string
}

func bucketOf(name string) (bucket, error) {
	user, err := secret("minio_root_user")
	if err != nil {
		return bucket{}, err
	}
	password, err := secret("minio_root_password")
	return bucket{remote{setting("S3_ENDPOINT", "http://minio:9000"), user, password}, name}, err
}

func (b bucket) put(key, content string) error {
	_, err := b.ask(http.MethodPut, b.name+"/"+key, strings.NewReader(content))
	return err
}

// mc is the store's client: `alias set NAME URL USER PASSWORD`, and `mb`, `pipe` and `cat` with NAME/BUCKET[/KEY].
func mc(args []string) error {
	file := filepath.Join(setting("HOME", "/tmp"), ".mc.json")
	if len(args) == 6 && args[0] == "alias" && args[1] == "set" {
		b, err := json.Marshal(map[string]remote{args[2]: {args[3], args[4], args[5]}})
		if err != nil {
			return err
		}
		return os.WriteFile(file, b, 0o600)
	}
	if len(args) < 2 {
		return errors.New("mc: usage: alias set NAME URL USER PASSWORD | mb | pipe | cat NAME/BUCKET[/KEY]")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var known map[string]remote
	if err := json.Unmarshal(b, &known); err != nil {
		return err
	}
	alias, path, _ := strings.Cut(args[len(args)-1], "/")
	at, ok := known[alias]
	if !ok {
		return fmt.Errorf("mc: unknown alias %q", alias)
	}
	switch args[0] {
	case "mb":
		_, err = at.ask(http.MethodPut, path, nil)
	case "pipe":
		_, err = at.ask(http.MethodPut, path, os.Stdin)
	case "cat":
		var content string
		content, err = at.ask(http.MethodGet, path, nil)
		fmt.Print(content)
	default:
		err = fmt.Errorf("mc: unknown command %q", args[0])
	}
	return err
}
