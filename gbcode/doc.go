// Package gbcode reads, checks and makes the codes that Chinese electronic
// licenses (电子证照) are built on:
//
//   - the unified social credit code (统一社会信用代码), GB 32100-2015;
//   - the citizen number (公民身份号码), GB 11643-1999;
//   - the license type code (证照类型代码) and the license identifier (证照标识),
//     GB/T 36902-2018 and GB/T 36904-2018;
//   - matter codes (政务服务事项编码), GB/T 39554.1-2020, and Fujian's local form;
//   - administrative region codes (行政区划代码), GB/T 2260, by shape.
//
// It guarantees that a code it makes passes its own check, that checking never
// panics and never allocates without bound, and that no error text holds the
// value that was checked: a citizen number is personal data, and errors end in
// logs.
//
// It does not know whether a code was ever assigned. A number that passes may
// belong to nobody.
package gbcode
