package app

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/httpapi"
	"github.com/yinxin-org/yinxin/internal/status"
	"github.com/yinxin-org/yinxin/statuslist"
)

const (
	// statusSigner is the key that signs the status lists. Its root stands behind nothing else, so that no seal can sign a list.
	statusSigner = "status"
	statusName   = "印信平台状态列表"
	statusYears  = 5
	// statusAnchors is the file in the data folder that holds the root, for those who check elsewhere.
	statusAnchors = "status-anchors.pem"
)

func (a *App) openStatuses() error {
	now := a.Clock.Now()
	signer, root, err := gm.SelfCertified(a.Keys, statusSigner, gm.CertRequest{CommonName: statusName, Usage: gm.Platform,
		NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(statusYears, 0, 0)}, now)
	if err != nil {
		return fmt.Errorf("open the status lists: %w", err)
	}
	a.Statuses = status.New(status.Options{DB: a.DB, Clock: a.Clock, Log: a.Log, Signer: signer, Chain: [][]byte{signer.Cert()},
		BaseURL: a.Config.BaseURL})
	a.statusRoot = gm.EncodePEM(root)
	return os.WriteFile(filepath.Join(a.Config.Data, statusAnchors), a.statusRoot, 0o600)
}

// serveStatuses publishes the status lists, for anyone to keep.
func (a *App) serveStatuses(mux *http.ServeMux) {
	mux.HandleFunc("GET /status/{list}", func(w http.ResponseWriter, r *http.Request) {
		p, err := a.Statuses.Get(r.Context(), r.PathValue("list"))
		if err != nil {
			httpapi.WriteProblem(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", statuslist.MediaType)
		h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(status.Keep/time.Second)))
		h.Set("ETag", strconv.Quote(strconv.FormatInt(p.Version, 10)))
		http.ServeContent(w, r, "", p.At, bytes.NewReader(p.Token))
	})
	mux.HandleFunc("GET /status/bundle.zip", func(w http.ResponseWriter, r *http.Request) {
		file, err := a.statusBundle(r.Context())
		a.logFile(w, r, file, err, "application/zip", "public, max-age="+strconv.Itoa(int(status.Keep/time.Second)))
	})
}

// bundleWords stand in the bundle beside what it holds.
const bundleWords = `印信状态列表离线包
各列表最早反映的时间：%[1]s。此后的挂失、注销等变化不在其中，请尽量使用最新的包；一天以后列表不应再采信。
lists/：状态列表，文件名为列表编号（IETF draft-ietf-oauth-status-list，SM2 签名）。证照所列的地址以该编号结尾，按序号取值：
0 有效，1 已终止，2 挂起或挂失，12 质押，13 争议中。有效期和年检另按证照上的日期判断。
anchors.pem：验证列表签名的根证书，只用于状态列表。log.pub：用证日志的公钥。
请从可信的途径核对 anchors.pem，不要只凭本包。

Status lists of Yinxin, for checks without network
Every list here speaks for %[1]s or later. What was lost, ended or suspended since then is not in it: use the newest bundle you can get;
a day later a list must not be believed any more.
lists/: the lists, named by their ids (IETF draft-ietf-oauth-status-list, signed with SM2). The address that a license names ends with the
id; the number at its index says: 0 in force, 1 ended, 2 suspended or lost, 12 pledged, 13 disputed. Period and inspection are told by
the license's own dates.
anchors.pem: the root that the lists are believed by, and nothing else. log.pub: the keys of the log of uses.
Compare anchors.pem with a copy from a source that you trust; do not rely on this file alone.
`

// statusBundle is all that a checker without network needs, as one file.
func (a *App) statusBundle(ctx context.Context) ([]byte, error) {
	lists, err := a.Statuses.All(ctx)
	if err != nil {
		return nil, err
	}
	oldest := a.Clock.Now()
	files := map[string][]byte{"anchors.pem": a.statusRoot, "log.pub": a.Book.Pub()}
	for _, l := range lists {
		files["lists/"+l.List+".jwt"] = l.Token
		if l.At.Before(oldest) {
			oldest = l.At
		}
	}
	files["README.txt"] = fmt.Appendf(nil, bundleWords, oldest.In(clock.Shanghai).Format(time.RFC3339))
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("pack status lists: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack status lists: %w", err)
	}
	return out.Bytes(), nil
}
