package mirror_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"coopcloud.tech/cc-ci/internal/ownrepo"
)

// model is the part of Gitea that a mirror needs: its interface, and git's own server over HTTP.
type model struct {
	sync.Mutex
	dir   string // of bare repositories, recipes/NAME.git
	pulls []map[string]any
	late  bool // it said of the newest branch once that it doesn't know it
}

const writer, reader = "writers-token", "readers-token"

func (m *model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, ".git/") {
		m.git(w, r)
		return
	}
	m.Lock()
	defer m.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "token ")
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/api/v1/repos/recipes/"), "/pulls")
	repository := map[string]any{"full_name": "recipes/" + name, "default_branch": "main", "empty": m.unseen(), "permissions": map[string]bool{"push": token == writer}}
	var asked map[string]any
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || token != writer {
			http.Error(w, "{}", http.StatusForbidden)
			return
		}
	}
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/api/v1/orgs/recipes/repos":
		repository["full_name"] = "recipes/" + asked["name"].(string)
		dir := filepath.Join(m.dir, "recipes", asked["name"].(string)+".git")
		if _, err := ownrepo.Git(r.Context(), m.dir, "init", "-q", "--bare", "-b", "main", dir); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(repository)
	case strings.HasSuffix(r.URL.Path, "/pulls") && r.Method == http.MethodPost && !m.late:
		m.late = true
		http.Error(w, `{"message":"The target couldn't be found."}`, http.StatusNotFound)
	case strings.HasSuffix(r.URL.Path, "/pulls") && r.Method == http.MethodPost:
		m.late = false
		end := func(key string) map[string]any { return map[string]any{"ref": asked[key], "repo_id": 1} }
		m.pulls = append(m.pulls, map[string]any{"html_url": fmt.Sprintf("http://forge/pulls/%d", len(m.pulls)+1), "head": end("head"), "base": end("base")})
		w.WriteHeader(http.StatusCreated)
		json.NewEncoder(w).Encode(m.pulls[len(m.pulls)-1])
	case strings.HasSuffix(r.URL.Path, "/pulls") && m.unseen():
		http.Error(w, `{"message":"not found"}`, http.StatusNotFound)
	case strings.HasSuffix(r.URL.Path, "/pulls"):
		if r.URL.Query().Get("page") != "1" {
			w.Write([]byte("[]"))
			return
		}
		json.NewEncoder(w).Encode(m.pulls)
	default:
		if _, err := os.Stat(filepath.Join(m.dir, "recipes", name+".git")); err != nil {
			http.Error(w, `{"message":"not found"}`, http.StatusNotFound)
			return
		}
		json.NewEncoder(w).Encode(repository)
	}
}

// unseen tells whether the first push was not seen yet: such a repository is called empty, and has no list of pull requests.
func (m *model) unseen() bool { return len(m.pulls) == 0 }

// git serves a repository to who may read, and takes a push from who may write.
func (m *model) git(w http.ResponseWriter, r *http.Request) {
	_, password, _ := r.BasicAuth()
	write := strings.Contains(r.URL.Path, "git-receive-pack") || r.URL.Query().Get("service") == "git-receive-pack"
	if password != writer && (write || password != reader) {
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + m.dir, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=x", "GIT_CONFIG_NOSYSTEM=1"},
	}
	h.ServeHTTP(w, r)
}
