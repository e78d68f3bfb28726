package app

import (
	"context"
	"fmt"
	"os"

	"github.com/yinxin-org/yinxin/internal/authn"
	"github.com/yinxin-org/yinxin/internal/connect"
	"github.com/yinxin-org/yinxin/internal/db"
	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/holder"
)

// openFaceCheck connects the face check service, where one is configured.
func (a *App) openFaceCheck(ctx context.Context) error {
	c := a.Config.FaceCheck
	if c.URL == "" {
		return nil
	}
	text, err := os.ReadFile(c.Key)
	if err != nil {
		return fmt.Errorf("read the key of the face check service: %w", err)
	}
	pub, err := gm.ParsePublicKey(text)
	if err != nil {
		return fmt.Errorf("face check service: %w", err)
	}
	signer, err := a.SourceAsker(ctx)
	if err != nil {
		return err
	}
	f, err := connect.OpenFaceService(connect.FaceOptions{Base: c.URL, Key: pub, Signer: signer, Clock: a.Clock})
	if err != nil {
		return err
	}
	a.UseFaceCheck(f)
	return nil
}

// UseFaceCheck lets holders confirm themselves by a face check service from now on. The service learns a digest of their name and
// number, and what they show.
func (a *App) UseFaceCheck(f *connect.FaceService) {
	a.Accounts.UseFaces(func(ctx context.Context, holderID, challenge string, shown authn.Shown) (authn.FaceAnswer, error) {
		var h holder.Holder
		err := a.DB.Read(ctx, func(q *db.Tx) (err error) {
			h, err = a.Holders.Get(ctx, q, holderID)
			return err
		})
		if err != nil {
			return authn.FaceAnswer{}, err
		}
		return f.Check(ctx, connect.FaceSubject(h.Profile.Name, h.Profile.Code.Reveal()), challenge, shown)
	})
}
