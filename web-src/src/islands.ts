// All islands of the desk's pages. Each makes better what works without it; none fetches anything from elsewhere.
import './clear'
import './editor'
import './grid'
import './keys'
import './live'
import './player'
