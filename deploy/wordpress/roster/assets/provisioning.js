// Repeats the test from the administrator's browser, which comes through the CDN and the firewall as a provider does, and
// sends the program in pieces that fit through every limit of a host.
( function () {
	'use strict';

	function ask( button, action, fields ) {
		var form = new FormData();
		form.append( 'action', action );
		form.append( '_wpnonce', button.dataset.nonce );
		Object.keys( fields || {} ).forEach( function ( name ) {
			form.append( name, fields[ name ] );
		} );
		return fetch( button.dataset.url, { method: 'POST', body: form, credentials: 'same-origin' } ).then( answerOf );
	}

	function answerOf( response ) {
		return response.json().then( function ( answer ) {
			if ( ! answer.success ) {
				throw new Error( typeof answer.data === 'string' ? answer.data : response.statusText );
			}
			return answer.data;
		} );
	}

	function bodyOf( step ) {
		if ( step.body === null || step.size <= step.body.length ) {
			return step.body;
		}
		return step.body.slice( 0, -1 ) + ' '.repeat( step.size - step.body.length ) + '}';
	}

	function send( base, token, step, id ) {
		var begin = Date.now(), fields = { Accept: 'application/scim+json' }, body = bodyOf( step );
		if ( step.token ) {
			fields.Authorization = 'Bearer ' + token;
		}
		if ( body !== null ) {
			fields[ 'Content-Type' ] = 'application/scim+json';
		}
		return fetch( base + step.path.replace( 'ID', id ), {
			method: step.method, headers: fields, body: body === null ? undefined : body,
			credentials: 'omit', cache: 'no-store', redirect: 'manual'
		} ).then( function ( response ) {
			return response.text().then( function ( text ) {
				var headers = {};
				[ 'content-type', 'server', 'cf-ray', 'x-sucuri-id', 'www-authenticate', 'x-redirect-by' ].forEach( function ( name ) {
					if ( response.headers.has( name ) ) {
						headers[ name ] = response.headers.get( name );
					}
				} );
				return { status: response.type === 'opaqueredirect' ? 302 : response.status, headers: headers, body: text.slice( 0, 2000 ), ms: Date.now() - begin };
			} );
		} ).catch( function ( error ) {
			return { status: 0, error: error.message, ms: Date.now() - begin };
		} );
	}

	// The answers to all steps, one after the other: each needs what the one before has made.
	function sendAll( base, token, steps ) {
		var answers = {};
		return steps.reduce( function ( before, step ) {
			return before.then( function ( id ) {
				return send( base, token, step, id ).then( function ( answer ) {
					answers[ step.key ] = answer;
					return step.key === 'POST' && answer.status === 201 ? JSON.parse( answer.body ).id : id;
				} );
			} );
		}, Promise.resolve( 'none' ) ).then( function () {
			return answers;
		} );
	}

	function begin( button, work ) {
		var label = button.textContent;
		button.disabled = true;
		button.textContent = button.dataset.wait;
		work().then( function () {
			// The sentence at the top follows from what was found.
			window.location.reload();
		} ).catch( function ( error ) {
			button.disabled = false;
			button.textContent = label + ' (' + error.message + ')';
		} );
	}

	function test( button ) {
		return ask( button, 'roster_test_begin' ).then( function ( plan ) {
			return sendAll( plan.base, plan.token, plan.steps );
		} ).then( function ( answers ) {
			return ask( button, 'roster_test_end', { answers: JSON.stringify( answers ) } );
		} );
	}

	// Where the site cannot call itself: the server says what to ask for, until it has found a way.
	function climb( button ) {
		var token = '';
		function turn( answers ) {
			return ask( button, 'roster_climb', { answers: JSON.stringify( answers ) } ).then( function ( task ) {
				token = task.token || token;
				if ( task.done ) {
					return null;
				}
				if ( task.steps ) {
					return sendAll( task.base, token, task.steps ).then( turn );
				}
				return Promise.all( task.gets.map( function ( url ) {
					return send( url, '', { method: 'GET', path: '', body: null }, '' );
				} ) ).then( turn );
			} );
		}
		return turn( null );
	}

	function upload( input ) {
		var file = input.files[ 0 ], size = Number( input.dataset.piece );
		var bar = document.getElementById( 'roster-progress' ), said = document.getElementById( 'roster-said' );
		function piece( offset ) {
			var url = input.dataset.url + '?action=roster_piece&_wpnonce=' + encodeURIComponent( input.dataset.nonce ) + '&offset=' + offset;
			return fetch( url, {
				method: 'POST', body: file.slice( offset, offset + size ), credentials: 'same-origin',
				headers: { 'Content-Type': 'application/octet-stream' }
			} ).then( answerOf ).then( function ( answer ) {
				bar.value = Math.min( 1, ( offset + size ) / file.size );
				return answer.done || offset + size >= file.size ? null : piece( offset + size );
			} );
		}
		input.disabled = true;
		bar.hidden = false;
		said.textContent = '';
		piece( 0 ).then( function () {
			window.location.reload();
		} ).catch( function ( error ) {
			input.disabled = false;
			bar.hidden = true;
			said.textContent = error.message;
		} );
	}

	function offer( id, work ) {
		var button = document.getElementById( id );
		if ( button && window.fetch ) {
			button.hidden = false;
			button.addEventListener( 'click', function () {
				begin( button, function () {
					return work( button );
				} );
			} );
		}
	}

	var input = document.getElementById( 'roster-file' );
	offer( 'roster-browser-test', test );
	offer( 'roster-browser-climb', climb );
	if ( input ) {
		input.addEventListener( 'change', function () {
			if ( input.files.length ) {
				upload( input );
			}
		} );
	}
	[].forEach.call( document.querySelectorAll( '.roster-guide' ), function ( guide ) {
		var choice = document.getElementById( 'roster-profile' );
		function follow() {
			guide.open = guide.dataset.profile === choice.value;
		}
		choice.addEventListener( 'change', follow );
		follow();
	} );
}() );
