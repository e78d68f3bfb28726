package main

import (
	"fmt"
	"time"

	"github.com/yinxin-org/yinxin/internal/gm"
	"github.com/yinxin-org/yinxin/internal/sealpic"
	"github.com/yinxin-org/yinxin/ses"
	"github.com/yinxin-org/yinxin/ses/tsp"
)

// office has the seals of three units and an authority for time stamps, all under one root. The second seal lists its
// signer by digest, the third is stamped with the time.
type office struct {
	root    []byte
	sealers []*ses.Sealer
	tsa     *tsp.Authority
}

func newOffice() (*office, error) {
	keys, err := gm.NewMemoryKeyStore()
	if err != nil {
		return nil, err
	}
	o := &office{}
	if o.root, err = gm.NewCA(keys, "root", "测试根证书", when.AddDate(-1, 0, 0), 20); err != nil {
		return nil, err
	}
	signer := func(id string, usage gm.Usage) (*gm.Signer, error) {
		_, err := gm.IssueCert(keys, "root", id, gm.CertRequest{CommonName: id, Organization: id, Usage: usage,
			NotBefore: when.AddDate(0, -6, 0), NotAfter: when.AddDate(5, 0, 0)})
		if err != nil {
			return nil, err
		}
		return keys.Signer(id)
	}
	maker, err := signer("制章中心", gm.SealMaker)
	if err != nil {
		return nil, err
	}
	clock, err := signer("时间戳机构", gm.Timestamp)
	if err != nil {
		return nil, err
	}
	if o.tsa, err = tsp.NewAuthority(clock, tsp.Options{Now: func() time.Time { return when }}); err != nil {
		return nil, err
	}
	for i, unit := range []string{"榕城市鼓楼区市场监督管理局", "榕城市民政局", "榕城市人民政府行政审批服务局"} {
		unitKey, err := signer(unit, gm.SealSigner)
		if err != nil {
			return nil, err
		}
		code := fmt.Sprintf("350100%08d", i+1)
		picture, w, h, err := sealpic.Draw(sealpic.Spec{UnitName: unit, Centre: "★", Bottom: "电子证照专用章", Code: code})
		if err != nil {
			return nil, err
		}
		seal, err := ses.MakeSeal(ses.SealInfo{VendorID: "YINXIN", ID: code, Type: 1, Name: unit + "电子证照专用章",
			Certs: [][]byte{unitKey.Cert()}, ByDigest: i == 1,
			Created: when.AddDate(0, -1, 0), ValidFrom: when.AddDate(0, -1, 0), ValidTo: when.AddDate(3, 0, 0),
			Picture: ses.Picture{Type: "png", Data: picture, Width: w, Height: h}}, maker)
		if err != nil {
			return nil, err
		}
		sealer, err := ses.NewSealer(seal, unitKey)
		if err != nil {
			return nil, err
		}
		o.sealers = append(o.sealers, sealer)
	}
	return o, nil
}
