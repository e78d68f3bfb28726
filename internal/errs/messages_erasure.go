package errs

// erasureMessages are the words of package erasure and of what it leaves behind.
var erasureMessages = messages{
	"erasure.unknown": {"没有这次清除。", "No such erasure."},
	"erasure.person":  {"只有个人的信息可以清除；这一主体不是个人，或已经清除。", "Only a person's data are erased; this holder is no person, or was erased."},
	"erasure.blocked": {"现在还不能清除。请查看有什么妨碍，等它消除后再办理。", "This person cannot be erased yet. See what stands in the way, and come back when it is gone."},
	"erasure.open":    {"这个人已有一次清除在办理。请在列表中查看。", "An erasure of this person is under way; see the list."},
	"erasure.second":  {"须由另一岗位的另一人决定。", "Another person of another post must decide."},
	"erasure.step":    {"这次清除的状态已改变，请刷新。", "This erasure has moved on; reload the page."},
	"license.erased":  {"证照的内容已按规定清除，不能再打开。", "What this license says was erased and cannot be opened any more."},
	"evidence.erased": {"这条记录的内容已按规定清除；它在存证日志中的位置仍可验证。", "What this record says was erased; its place in the log can still be proven."},
}
