// Optional: a time in the transcript moves the film, and the line that is spoken is marked. Opened from a folder, where browsers
// load no subtitles, they are made from the transcript; from a server, browsers that play streams by themselves get the stream,
// and only when somebody plays it.
{
    const video = document.querySelector('video')
    const lists = [...document.querySelectorAll('ol.words')]
    const times = (line) => line.dataset.t.split(' ').map(Number)
    const lines = lists.flatMap((list) => [...list.children]).map((line) => [line, ...times(line)])
    const seek = (time) => { video.currentTime = time }
    if (location.protocol === 'file:') {
        const wanted = video.querySelector('track[default]')?.srclang
        for (const track of video.querySelectorAll('track')) track.remove()
        for (const list of lists) {
            const track = video.addTextTrack('captions', list.dataset.label, list.lang)
            for (const line of list.children) track.addCue(new VTTCue(...times(line), line.querySelector('span').textContent))
            track.mode = list.lang === wanted ? 'showing' : 'disabled'
        }
    } else if (video.dataset.stream && video.canPlayType('application/vnd.apple.mpegurl')) {
        video.addEventListener('play', () => {
            const stream = document.createElement('source')
            const from = video.currentTime
            stream.type = 'application/vnd.apple.mpegurl'
            stream.src = video.dataset.stream
            video.prepend(stream)
            video.load()
            seek(from)
            video.play()
        }, { once: true })
    }
    document.addEventListener('click', (event) => {
        const link = event.target.closest('ol.words a')
        if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        seek(Number(link.hash.slice(3)))
        video.play()
    })
    video.addEventListener('timeupdate', () => {
        const now = video.currentTime
        for (const [line, from, to] of lines) {
            if (from <= now && now < to) line.setAttribute('aria-current', 'true')
            else line.removeAttribute('aria-current')
        }
    })
    const asked = /^#t=([\d.]+)$/.exec(location.hash)
    if (asked) seek(Number(asked[1]))
}
