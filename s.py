import sys
sz={}
for l in open(sys.argv[1]):
    a=l.rstrip('\n').split(' ',2)
    if len(a)==3 and a[2].startswith('JS:*'): sz[a[2].replace('file:///tmp/w/hB/dist/src/','')]=int(a[1],16)
t=0
for k,v in sorted(sz.items(),key=lambda x:-x[1]):
    t+=v
print(t)
for k,v in sorted(sz.items(),key=lambda x:-x[1])[:60]: print(v,k)
