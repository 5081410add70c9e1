package main

import (
	"net/http"
	"strings"
)

// The page of the first host holds nothing but the frame of the second; the pad's key stands behind "#".
const cryptpadOuter = `
<iframe id="sbox-iframe" src="https://{{.}}/inner.html" title="editor" style="width:100%;height:80vh"></iframe>
<script>
const frame = document.getElementById("sbox-iframe")
addEventListener("message", e => {
  if (e.origin !== "https://{{.}}") return
  if (e.data === "ready") frame.contentWindow.postMessage(location.hash, e.origin)
  else location.hash = e.data
})
</script>`

const cryptpadInner = `
<form id="cp-creation-form" hidden><button>Create</button></form>
<p class="cp-toolbar-spinner"></p>
<div class="CodeMirror" hidden><textarea aria-label="Pad"></textarea><pre class="CodeMirror-code"></pre></div>
<script>
const form = document.getElementById("cp-creation-form"), editor = document.querySelector(".CodeMirror")
const area = document.querySelector("textarea"), code = document.querySelector("pre"), said = document.querySelector(".cp-toolbar-spinner")
let channel = ""
const open = async name => {
  channel = name
  const kept = await fetch("/blob/" + channel)
  area.value = code.textContent = kept.ok ? await kept.text() : ""
  form.hidden = true
  editor.hidden = false
}
let last = Promise.resolve() // one after the other: a later text must not be overtaken
area.oninput = () => {
  const text = area.value
  said.textContent = "Saving"
  code.textContent = text
  last = last.then(() => fetch("/blob/" + channel, { method: "PUT", body: text })).then(() => { if (text === area.value) said.textContent = "Saved" })
}
form.onsubmit = e => {
  e.preventDefault()
  const name = [...crypto.getRandomValues(new Uint8Array(12))].map(b => b.toString(16).padStart(2, "0")).join("")
  parent.postMessage("#/2/code/edit/" + name + "/", "*")
  fetch("/blob/" + name, { method: "PUT", body: "" }).then(() => open(name))
}
addEventListener("message", e => {
  const key = String(e.data).match(/edit\/([0-9a-f]+)/)
  if (key) open(key[1]); else form.hidden = false
})
parent.postMessage("ready", "*")
</script>`

// cryptpad plays CryptPad: two hosts, one program, pads as files. Nothing is encrypted here.
// MAIN_DOMAIN and SANDBOX_DOMAIN tell the hosts apart.
func cryptpad(s store) (http.Handler, error) {
	sandbox := setting("SANDBOX_DOMAIN", "sandbox.localhost")
	outer, inner := http.NewServeMux(), http.NewServeMux()
	outer.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		page(w, "CryptPad", `<h1>CryptPad</h1><p>Collaboration suite, end-to-end encrypted</p><a href="/code/">Code</a>`, nil)
	})
	outer.HandleFunc("GET /code/", func(w http.ResponseWriter, _ *http.Request) { page(w, "Code", cryptpadOuter, sandbox) })
	inner.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { page(w, "CryptPad", "", nil) })
	inner.HandleFunc("GET /inner.html", func(w http.ResponseWriter, _ *http.Request) { page(w, "Code", cryptpadInner, nil) })
	inner.HandleFunc("GET /blob/{id}", func(w http.ResponseWriter, r *http.Request) {
		kept, err := s.get("blob", r.PathValue("id"))
		if err != nil {
			fail(w, err)
			return
		}
		w.Write([]byte(kept))
	})
	inner.HandleFunc("PUT /blob/{id}", func(w http.ResponseWriter, r *http.Request) {
		kept, err := text(r)
		if err == nil {
			err = s.put("blob", r.PathValue("id"), kept)
		}
		if err != nil {
			fail(w, err)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(r.Host, sandbox) {
			inner.ServeHTTP(w, r)
			return
		}
		outer.ServeHTTP(w, r)
	}), nil
}
