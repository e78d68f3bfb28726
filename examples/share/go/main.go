// Command go calls the share interface of a demonstration: every permitted call, and calls that are refused, one line each.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/smx509"
)

type call struct {
	Name, Operation string
	Head, Data      map[string]string
	Break           bool
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	base, list := "http://127.0.0.1:8080", filepath.Join("examples", "share", "calls.json")
	if len(args) > 0 {
		base = args[0]
	}
	if len(args) > 1 {
		list = args[1]
	}
	var box map[string]any
	if err := get(base+"/docs/sandbox.json", &box); err != nil {
		return err
	}
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var calls []call
	if err := json.Unmarshal(text, &calls); err != nil {
		return err
	}
	block, _ := pem.Decode([]byte(box["privateKey"].(string)))
	parsed, err := smx509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return err
	}
	for _, c := range calls {
		line, err := c.send(base, box, parsed.(*sm2.PrivateKey))
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		_, _ = fmt.Fprintln(os.Stdout, line)
	}
	return nil
}

func get(url string, to any) error {
	resp, err := http.Get(url) //nolint:gosec,noctx // an example
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	return json.NewDecoder(resp.Body).Decode(to)
}

// fill puts what the sandbox names into a call: "$types.identityCard" is the code of that type.
func fill(box map[string]any, values map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range values {
		if path, ok := strings.CutPrefix(v, "$"); ok {
			at := any(box)
			for _, step := range strings.Split(path, ".") {
				at = at.(map[string]any)[step]
			}
			v = at.(string)
		}
		out[k] = v
	}
	return out
}

func (c call) send(base string, box map[string]any, key *sm2.PrivateKey) (string, error) {
	head := map[string]string{"orgName": "$orgName", "username": "$username", "itemName": "$itemName", "itemCode": "$itemCode", "businessCode": "$case"}
	maps.Copy(head, c.Head)
	body, err := json.Marshal(map[string]any{"head": fill(box, head), "data": fill(box, c.Data)})
	if err != nil {
		return "", err
	}
	// What is signed: method, path, time, nonce and the SM3 of the body, each but the last followed by a line feed.
	path, at, nonce, digest := "/api/v1/elssp/"+c.Operation, time.Now().UTC().Format(time.RFC3339), rand.Text(), sm3.Sum(body)
	signed := strings.Join([]string{http.MethodPost, path, at, nonce, hex.EncodeToString(digest[:])}, "\n")
	signature, err := key.Sign(rand.Reader, []byte(signed), sm2.DefaultSM2SignerOpts)
	if err != nil {
		return "", err
	}
	if c.Break {
		nonce = "0" + nonce
	}
	req, err := http.NewRequest(http.MethodPost, base+path, bytes.NewReader(body)) //nolint:noctx,gosec // an example; whoever runs it names the server
	if err != nil {
		return "", err
	}
	for k, v := range map[string]string{"Content-Type": "application/json", "X-Yinxin-Key": box["keyId"].(string), "X-Yinxin-Time": at,
		"X-Yinxin-Nonce": nonce, "X-Yinxin-Signature": base64.StdEncoding.EncodeToString(signature)} {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req) //nolint:gosec // likewise
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	var a struct {
		Head struct {
			Status  string
			Reasons []struct{ Code string }
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return "", err
	}
	said := []string{c.Name + ":", a.Head.Status}
	for _, r := range a.Head.Reasons {
		said = append(said, r.Code)
	}
	return strings.Join(said, " "), nil
}
