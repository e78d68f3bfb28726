package errs

var shareMessages = messages{
	"share.unknown":   {"链接不正确。请向给您链接的人再要一次。", "The link is wrong. Ask whoever gave it to you for it again."},
	"share.power":     {"您的授权里没有“亮证”这一项，不能替对方授权下载。请对方改一下授权。", "Your mandate does not include showing licenses, so you cannot share them for somebody else. Ask for a wider mandate."},
	"share.days":      {"有效期请填1到{max}天。", "Choose 1 to {max} days."},
	"share.downloads": {"下载次数请填1到{max}次。", "Choose 1 to {max} downloads."},
	"share.glyph":     {"接收方或用途里有字库没有的字，写不到加注件上。请换一种写法。", "Receiver or purpose holds a character no font can draw; write it another way."},
	"share.code":      {"提取码不对，还可以试{left}次。请向持证人核对。", "The code is wrong; {left} tries left. Ask the holder for it."},
	"share.ended":     {"持证人已收回这次授权。需要文件请联系持证人。", "The holder has ended this authorisation. Ask the holder if you need the file."},
	"share.expired":   {"这次授权已过有效期。需要文件请联系持证人重新授权。", "This authorisation has expired. Ask the holder for a new one."},
	"share.used":      {"这次授权的下载次数已用完。需要文件请联系持证人重新授权。", "All downloads of this authorisation are used. Ask the holder for a new one."},
	"share.locked":    {"提取码输错太多次，这次授权已锁定。请联系持证人重新授权。", "Too many wrong codes; this authorisation is locked. Ask the holder for a new one."},
}
