package app

import (
	"context"

	"github.com/yinxin-org/yinxin/internal/access"
	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/web"
)

// copies serves what leaves the platform by the pages without scripts: shared files and printed licenses.
type copies struct{ a *App }

func (c copies) Look(ctx context.Context, token string) (web.ShareView, error) {
	s, err := c.a.Shares.Look(ctx, token)
	if err != nil {
		return web.ShareView{}, err
	}
	return web.ShareView{Type: typeText(s.Type), Receiver: s.Receiver, Purpose: s.Purpose, Expires: s.ExpiresAt,
		Left: s.DownloadsMax - s.Downloads, Tries: s.TriesLeft}, s.Dead()
}

func (c copies) Download(ctx context.Context, actor *authn.Actor, token, code, format string) ([]byte, error) {
	f, err := c.a.Shares.Download(ctx, actor, token, code, format)
	return f.Content, err
}

func (c copies) Print(ctx context.Context, actor *authn.Actor, licenseID string) (web.PrintView, error) {
	r, err := c.a.Door.Own(ctx, actor, licenseID, access.Fields)
	if err != nil {
		return web.PrintView{}, err
	}
	return web.PrintView{Type: typeText(r.Type), State: stateView(r.License.State(r.At)), Picture: "/api/v1/me/licenses/" + licenseID + "/preview",
		Identifier: r.License.Identifier, Code: r.Code, CheckURL: c.a.Config.BaseURL + "/check", At: r.At, RecordNo: r.RecordNo}, nil
}

// pdf judges a PDF: the very file that was given out, an altered one, or one that was never given out.
func (c checker) pdf(ctx context.Context, file []byte) (web.FileVerdict, error) {
	v, err := c.a.Shares.CheckPDF(ctx, file)
	if err != nil {
		return web.FileVerdict{}, err
	}
	out := web.FileVerdict{Verdict: web.Invalid, PDF: &web.PDF{Known: v.Known}}
	if !v.Known {
		out.Verdict = web.Untrusted
	}
	if v.Same {
		out.Verdict = web.Valid
		out.PDF = &web.PDF{Known: true, Type: typeText(v.Type), Issuer: web.Text{Zh: v.Issuer}, MadeAt: v.MadeAt, Expires: v.Expires, Expired: v.Expired}
		out.Current = &web.Current{State: stateView(v.State), At: v.At}
		if v.Expired {
			out.Verdict = web.Ended
		}
	}
	return out, nil
}
