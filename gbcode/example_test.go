package gbcode_test

import (
	"errors"
	"fmt"

	"github.com/yinxin-org/yinxin/gbcode"
)

func ExampleMintIdentifier() {
	s, err := gbcode.MintIdentifier(gbcode.Identifier{
		TypeCode:   "11100000MB03271699001",
		IssuerCode: "11350100003604451P",
		Serial:     "0F8FAD5BD9CB469FA16570867728950E",
		Version:    1,
	})
	fmt.Println(s, err)
	// Output: 1.2.156.3005.2.11100000MB03271699001.11350100003604451P.0F8FAD5BD9CB469FA16570867728950E.001.E <nil>
}

func ExampleImportIdentifier() {
	id, warnings, err := gbcode.ImportIdentifier("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9")
	fmt.Println(id.IssuerCode, err)
	for _, w := range warnings {
		fmt.Println(w.Err)
	}
	// Output:
	// 340100 <nil>
	// license identifier: issuer code is wrong: unified social credit code: wrong length
}

func ExampleCheckUSCC() {
	err := gbcode.CheckUSCC("11100000000013338X")
	if e, ok := errors.AsType[*gbcode.Error](err); ok {
		fmt.Println(e.Rule)
		fmt.Println(e.Chinese())
	}
	// Output:
	// check
	// 统一社会信用代码：校验码不符（第18位）
}

func ExampleNormalizeCitizen() {
	n := gbcode.NormalizeCitizen("11010519491231002x")
	fmt.Println(n, gbcode.CheckCitizen(n))
	// Output: 11010519491231002X <nil>
}

func ExampleIdentify() {
	for _, f := range gbcode.Identify("113700000045046442") {
		fmt.Println(f.Kind, f.Valid, f.Rule == gbcode.RuleDate)
	}
	// Output:
	// uscc true false
	// citizen false true
}
